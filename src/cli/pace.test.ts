/** `throttle`, `unthrottle`, `set`, and the flags that all signals have. */
import {describe, expect, it, vi} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, created, passed, started, through, verdict} from '../../test/support/journal-facts.ts';
import {createdWith, keyed} from '../../test/support/people.ts';
import type {JournalFact} from '../journal/journal.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';
const loading: readonly JournalFact[] = [created, runnerHere(), ...through('assess', 'prepare-target'), started('initial-load')];
const atCutover: readonly JournalFact[] = [created, runnerHere(), ...through(...BEFORE_CUTOVER)];

async function runWith(...facts: readonly JournalFact[]) {
  const state = await stateFolder();
  await state.begin(ID, ...facts);
  return {
    ...state,
    type: (...words: readonly string[]) => type([...words, '--state', state.folder]),
    added: async () => (await state.facts(ID)).slice(facts.length),
  };
}

describe('the pace', () => {
  it.each([
    [['throttle'], {type: 'throttle', percent: 100}],
    [['throttle', '30'], {type: 'throttle', percent: 30}],
    [['throttle', '30%'], {type: 'throttle', percent: 30}],
    [['set', 'load.parallel=8'], {type: 'set', key: 'load.parallel', value: 8}],
    [['set', 'chunk=8MiB'], {type: 'set', key: 'load.chunk', value: 8 * 1024 ** 2}],
    [['set', 'throttle.copy=25'], {type: 'set', key: 'throttle.copy', value: 25}],
  ])('%j is a signal with its reason', async (words, signal) => {
    await using run = await runWith(...loading);
    expect(await run.type(...words, '--reason', 'sale')).toMatchObject({code: 0});
    expect(await run.added()).toMatchObject([{type: 'signal', signal, reason: 'sale'}]);
  });

  it.each([
    [['throttle', '101'], 'give a whole number from 0 to 100'],
    [['throttle', '-5'], ''],
    [['throttle', 'much'], 'give a whole number from 0 to 100'],
    [['set', 'load.paralel=8'], 'set one of load.parallel, load.chunk, throttle.copy, throttle.verify, throttle.replica-lag'],
    [['set', 'load.parallel'], 'give a whole number from 1 to 64'],
    [['set', 'load.parallel=0'], 'give a whole number from 1 to 64'],
    [['set', 'chunk=lots'], 'give a size such as 8MiB, 1KiB to 4GiB'],
    [['set', 'load.chunk=8GiB'], 'give a size such as 8MiB, 1KiB to 4GiB'],
    [['set', 'throttle.replica-lag=2s'], 'add it to the plan under throttle:'],
    [['set', 'cutover.stallBudget=9s'], 'crossfade amend FILE'],
    [['throttle', '--timeout', '5s'], 'add --wait'],
    [['throttle', '--wait', '--timeout', 'soon'], 'give a duration such as 30s'],
  ])('%j is exit 2 and recorded nowhere', async (words, next) => {
    await using run = await runWith(...loading);
    expect(await run.type(...words)).toMatchObject({code: 2, err: expect.stringContaining(next)});
    expect(await run.added()).toEqual([]);
  });

  it('knows the nearest setting', async () => {
    await using run = await runWith(...loading);
    expect((await run.type('set', 'load.paralel=8')).err).toContain('did you mean load.parallel?');
  });

  it('that is in force already is not recorded again', async () => {
    await using run = await runWith(...loading);
    expect(await run.type('unthrottle')).toMatchObject({code: 0, out: 'nothing is throttled\n'});
    await run.type('throttle', '30');
    expect(await run.type('throttle', '30')).toMatchObject({code: 0, out: 'throttled so already: 30%\n'});
    await run.type('set', 'load.parallel=8');
    expect(await run.type('set', 'load.parallel=8')).toMatchObject({code: 0, out: 'load.parallel is 8 already\n'});
    expect(await run.added()).toHaveLength(2);
  });

  it('is shown by status, with who and why', async () => {
    await using run = await runWith(...loading);
    await run.type('throttle', '100', '--reason', 'sale');
    const status = JSON.parse((await run.type('status', '--json')).out) as Record<string, unknown>;
    expect(status['tuning']).toMatchObject({throttle: {copy: 100, verify: 100}, throttledBy: {reason: 'sale'}});
    expect((await run.type('status')).out).toMatch(/copy is throttled to a standstill .*next: crossfade unthrottle/);
  });

  it.each([['throttle', '30'], ['throttle'], ['set', 'load.parallel=8'], ['set', 'throttle.copy=25']])(
    'needs a reason where the plan knows people: %s %s',
    async (...words) => {
      await using run = await runWith(createdWith(keyed('eve')), ...loading.slice(1));
      expect(await run.type(...words)).toMatchObject({code: 2, err: expect.stringContaining('--reason TEXT')});
      expect(await run.type(...words, '--reason', ' '), 'blanks say nothing').toMatchObject({code: 2});
      expect(await run.added()).toEqual([]);
      expect(await run.type(...words, '--reason', 'the night')).toMatchObject({code: 0});
      expect(await run.added()).toMatchObject([{type: 'signal', reason: 'the night'}]);
      expect(await run.type('unthrottle'), 'full speed needs none').toMatchObject({code: 0});
    },
  );

  it('that is set is shown by status with who and why, as long as it counts', async () => {
    await using run = await runWith(...loading);
    await run.type('set', 'load.parallel=8', '--reason', 'the night');
    await run.type('set', 'chunk=8MiB');
    const {out} = await run.type('status');
    expect(out).toMatch(/^set: load\.parallel 8 by .+: the night$/m);
    expect(out).toMatch(/^set: load\.chunk 8MiB by .+: no reason on record$/m);
    expect(JSON.parse((await run.type('status', '--json')).out)).toMatchObject({
      tuning: {setBy: {'load.parallel': {reason: 'the night'}, 'load.chunk': {reason: null}}},
    });
    await run.append(ID, {type: 'plan-amended', checksum: 'c2', plan: {}, diff: '', reason: 'more'});
    expect((await run.type('status')).out).not.toContain('set:');
  });

  it('with --wait, returns when the runner has taken it up, and not because of another one', async () => {
    await using run = await runWith(...loading);
    await run.type('throttle', '30');
    const waiting = run.type('throttle', '60', '--wait');
    await vi.waitFor(async () => expect(await run.added()).toHaveLength(2));
    const seq = loading.length;
    await run.append(ID, {type: 'tuned', signal: seq + 1, tuning: {throttle: {copy: 30, verify: 30}, parallel: undefined}});
    await run.append(ID, {type: 'tuned', signal: seq + 2, tuning: {throttle: {copy: 60, verify: 60}, parallel: undefined}});
    expect(await waiting).toMatchObject({code: 0, out: 'in force: copy 60%, verify 60%\n'});
  });
});

describe('--dry-run', () => {
  it.each([
    [['pause'], loading, 'stands still in initial-load'],
    [['throttle', '30'], loading, 'throttle 30 would be recorded'],
    [['set', 'load.parallel=8'], loading, 'set load.parallel=8 would be recorded'],
    [['abort'], loading, 'stops in initial-load for good'],
    [['approve', 'approval'], [...atCutover, verdict('approval', false)], 'approve approval would be recorded'],
    [['reject', 'approval'], atCutover, 'Approvals given for cutover are void'],
    [['cutover'], [...atCutover, passed('approval')], 'The traffic moves to the target'],
  ])('of %j says what would come of it, asks nothing, and records nothing', async (words, facts, says) => {
    await using run = await runWith(...facts);
    expect(await run.type(...words, '--dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining(says),
      err: expect.stringContaining('Nothing was changed.'),
    });
    expect(await run.added()).toEqual([]);
  });

  it('of a verb that does not fit is refused like the verb', async () => {
    await using run = await runWith(...loading);
    expect(await run.type('reverse', '--dry-run')).toMatchObject({code: 2});
  });
});

describe('--wait with --timeout', () => {
  it.each([
    ['a measured gate that is red', verdict('replication-lag', false), 4],
    ['people that are missing', verdict('approval', false), 3],
    ['work that takes longer', verdict('approval', true), 1],
  ])('gives up at %s with its exit code; the signal stays', async (_, fact, code) => {
    await using run = await runWith(...atCutover, fact);
    const answer = await run.type('abort', '--yes', '--wait', '--timeout', '1ms');
    expect(answer).toMatchObject({code, out: expect.stringContaining('nothing came of abort within 1ms; it stays recorded')});
    expect(await run.added()).toHaveLength(1);
  });
});
