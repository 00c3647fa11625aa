import {expect, it} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, created, ended, started, through} from '../../test/support/journal-facts.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';
const HOUR_MS = 3_600_000;

/** A run that has just entered its reverse window. */
async function inWindow(windowMs: number) {
  const state = await stateFolder();
  const facts = [
    {...created, plan: {reverse: {windowMs}}},
    runnerHere(),
    ...through(...BEFORE_CUTOVER),
    started('cutover'),
    {type: 'decision', what: 'commit', side: 'target', epoch: 1, evidence: {}},
    ended('cutover'),
    started('reverse-window'),
  ] as const;
  await state.begin(ID, ...facts);
  return {
    ...state,
    type: (...words: readonly string[]) => type([...words, '--state', state.folder]),
    added: async () => (await state.facts(ID)).slice(facts.length),
  };
}

it('is not recorded while the reverse window lasts, whatever is confirmed', async () => {
  await using run = await inWindow(HOUR_MS);
  const {code, err} = await run.type('complete', '--confirm', created.name);
  expect(code).toBe(2);
  expect(err).toContain('CF-VERB-002');
  expect(err).toMatch(/kept until \d{4}-\d\d-\d\dT.*Z, another/);
  expect(await run.added()).toEqual([]);
  expect((await run.type('status')).out).toMatch(/another \d+[mh].*next: crossfade reverse/);
});

it('is recorded once it is over, and twice is once', async () => {
  await using run = await inWindow(0);
  expect((await run.type('status')).out).toMatch(/the reverse window is over since .*next: crossfade complete/);
  expect((await run.type('complete', '--confirm', created.name)).code).toBe(0);
  expect(await run.type('complete', '--confirm', created.name)).toMatchObject({code: 0, out: 'complete was asked for already\n'});
  expect(await run.added()).toMatchObject([{type: 'signal', signal: {type: 'complete'}}]);
});
