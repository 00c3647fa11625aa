import {expect, test} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, created, ended, started, through} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';
const atCutover: readonly JournalFact[] = [created, runnerHere(), ...through(...BEFORE_CUTOVER)];
const decided = (side: 'source' | 'target'): JournalFact => ({type: 'decision', what: 'commit', side, epoch: 1, evidence: {}});
const slow = {fingerprint: 'f', text: 'SELECT slow', source: {calls: 20, meanMs: 1}, target: {calls: 20, meanMs: 50}, factor: 50};
const worse = {
  ...{fingerprint: 'p', text: 'SELECT slow', found: [{kind: 'cost' as const, factor: 9}]},
  ...{source: {nodes: ['Seq Scan'], rows: 1, cost: 9}, target: {nodes: ['Seq Scan'], rows: 1, cost: 81}},
};

async function runWith(...facts: readonly JournalFact[]) {
  const state = await stateFolder();
  await state.begin(ID, ...facts);
  return {...state, type: (...words: readonly string[]) => type([...words, '--state', state.folder])};
}

test('status and events name statements that are slower, as long as the target serves', async () => {
  const plans = {compared: 2, worse: [worse], unknown: []};
  const comparison = {since: '2026-11-22T10:00:00Z', compared: 3, waiting: 0, slowerInAll: 1, slower: [slow], unknown: [], plans};
  const inWindow = [...atCutover, started('cutover'), decided('target'), ended('cutover'), started('reverse-window')];
  await using run = await runWith(...inWindow, {type: 'statements-compared', comparison});
  const words = '1 of 3 statements are slower on the target than they were on the source';
  const planWords = '1 of 2 statements have a worse plan on the target than on the source';
  expect((await run.type('status')).out).toContain(`\n${words}: crossfade statements\n${planWords}: crossfade statements\n`);
  expect(JSON.parse((await run.type('status', '--json')).out)).toMatchObject({statements: {comparison: {slower: [slow], plans}}});
  expect((await run.type('events')).out).toContain(`${words}; ${planWords}`);
  const nothing = {notCompared: 'the target: it counts none', plans};
  await run.append(ID, {type: 'statements-compared', comparison: nothing});
  expect((await run.type('status')).out, 'a target that counts nothing').toContain(`\n${planWords}: crossfade statements\n`);
  await run.append(ID, ended('reverse-window', 'reverse'), decided('source'));
  expect((await run.type('status')).out).not.toMatch(/slower|worse/);
  expect(JSON.parse((await run.type('status', '--json')).out)).toMatchObject({statements: null});
});

test('statements are compared after a cutover only', async () => {
  await using run = await runWith(...atCutover);
  expect(await run.type('statements')).toMatchObject({code: 2, err: expect.stringContaining('CF-VERB-001')});
});
