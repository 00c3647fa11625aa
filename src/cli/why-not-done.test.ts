import {describe, expect, it} from 'vitest';
import {atCutover, created, ended, journal, passed, runner, started, through, verdict} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {since, whyNotDone} from './why-not-done.ts';

/** Ten minutes after the last entry; the entries are a minute apart. */
function why(facts: readonly JournalFact[], alive: boolean | undefined = true) {
  const entries = journal(facts);
  const {cause, owner, next} = whyNotDone(runState(entries), alive, new Date(Date.parse(entries.at(-1)?.at ?? '') + 600_000));
  return [cause, owner, next?.command];
}

const target: JournalFact = {type: 'decision', what: 'commit', side: 'target', epoch: 1, evidence: {}};
const window = [...atCutover, passed(), started('cutover'), target, ended('cutover'), started('reverse-window')];

describe('why a run is not done, who acts, and how', () => {
  it.each<[string, readonly JournalFact[], readonly (string | undefined)[]]>([
    ['created only', [created], ['working on assess for 10m', 'nobody: no runner has started', 'crossfade resume']],
    ['at work', [created, runner(1), started('assess')], ['working on assess for 12m', 'the runner (process 101)', 'crossfade events -f']],
    [
      'in a step of a second attempt',
      [
        ...atCutover,
        started('cutover'),
        ended('cutover', 'back'),
        ...through('catch-up', 'verify-data'),
        started('cutover'),
        {type: 'step-intent', phase: 'cutover', step: 'raise-fence', attempt: 2},
      ],
      ['working on cutover for 11m, attempt 2, step raise-fence', 'the runner (process 101)', 'crossfade events -f'],
    ],
    [
      'a measured gate is red, whatever people say',
      [...atCutover, verdict('replication-lag', false), verdict('approval', false)],
      [
        'waiting before cutover: replication-lag is red (replication-lag false)',
        'the databases: it is measured again by itself',
        'crossfade events -f',
      ],
    ],
    [
      'only people are missing',
      [...atCutover, verdict('replication-lag', true), verdict('approval', false)],
      [
        'waiting before cutover: approval is red (approval false)',
        'an approver',
        'crossfade approve approval --run shop-17-to-18 --reason TEXT',
      ],
    ],
    [
      'ready',
      [...atCutover, passed('approval')],
      ['ready for cutover for 10m: the plan starts it by hand', 'the operator', 'crossfade cutover --confirm shop-17-to-18'],
    ],
    [
      'the way back is kept',
      window,
      [
        'the target serves for 10m; the way back is kept until 2026-05-01T11:16:00.000Z',
        'the operator',
        'crossfade complete --confirm shop-17-to-18',
      ],
    ],
    [
      'paused',
      [...atCutover, {type: 'paused', where: 'before cutover'}],
      ['paused before cutover for 10m', 'the operator', 'crossfade resume'],
    ],
    [
      'failed',
      [...atCutover, {type: 'failed', code: 'CF-DDL-001', error: 'shop.orders changed'}],
      ['failed in cutover: shop.orders changed (CF-DDL-001)', 'the operator', 'crossfade explain CF-DDL-001'],
    ],
    [
      'failed without a code',
      [...atCutover, {type: 'failed', code: undefined, error: 'boom'}],
      ['failed in cutover: boom', 'the operator', 'crossfade resume'],
    ],
    ['completed', [...window, ended('reverse-window'), ...through('decommission')], ['done: the target serves', 'nobody', undefined]],
    ['aborted', [created, started('assess'), ended('assess', 'abort')], ['aborted: the source serves', 'nobody', undefined]],
  ])('%s', (_, facts, expected) => {
    expect(why(facts)).toEqual(expected);
  });

  it('a runner that has stopped is named before what it was waiting for', () => {
    const facts: readonly JournalFact[] = [...atCutover, {type: 'runner-stopped', reason: 'SIGTERM'}];
    expect(why(facts, false)).toEqual(['the runner has stopped in cutover: SIGTERM', 'the operator', 'crossfade resume']);
  });

  it('a killed runner is named before whatever it was doing', () => {
    expect(why([...atCutover, verdict('approval', false)], false)).toEqual([
      'the runner (process 101) is gone in cutover; its last entry is 10m old (number 13)',
      'the operator',
      'crossfade resume',
    ]);
  });
});

describe('since', () => {
  it.each([
    [0, '0s'],
    [119, '119s'],
    [121, '2m'],
    [7_199, '119m'],
    [7_200, '2h'],
    [172_800, '2d'],
  ])('%i seconds is %s', (seconds, text) => {
    expect(since('2026-05-01T10:00:00.000Z', new Date(Date.parse('2026-05-01T10:00:00.000Z') + seconds * 1000))).toBe(text);
  });
});
