import {describe, expect, it} from 'vitest';
import {atCutover, created, ended, journal, passed, runner, signal, started, through, verdict} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {whyNotDone} from './why-not-done.ts';

/** Ten minutes after the last entry; the entries are a minute apart. */
function why(facts: readonly JournalFact[], alive: boolean | undefined = true) {
  const entries = journal(facts);
  const {cause, owner, next} = whyNotDone(runState(entries), alive, new Date(Date.parse(entries.at(-1)?.at ?? '') + 600_000));
  return [cause, owner, next?.command];
}

const target: JournalFact = {type: 'decision', what: 'commit', side: 'target', epoch: 1, evidence: {}};
const proof = {type: 'step-outcome', phase: 'cutover', step: 'prove', attempt: 1} as const;
const failure = {code: 'CF-CANARY-002', reason: '1 lost'};
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
        ended('cutover', 'back', {reason: 'no lock on shop.orders'}),
        ...through('catch-up', 'verify-data'),
        started('cutover'),
        {type: 'step-intent', phase: 'cutover', step: 'raise-fence', attempt: 2},
      ],
      [
        'working on cutover for 11m, attempt 2, step raise-fence; the last cutover was called off 16m ago: no lock on shop.orders',
        'the runner (process 101)',
        'crossfade events -f',
      ],
    ],
    [
      'a measured gate is red, whatever people say',
      [...atCutover, verdict('replication-lag', false), verdict('approval', false)],
      [
        'waiting before cutover for 11m: replication-lag is red (replication-lag false)',
        'nobody: it is measured again by itself',
        'crossfade events -f',
      ],
    ],
    [
      'only people are missing',
      [...atCutover, verdict('replication-lag', true), verdict('approval', false)],
      [
        'waiting before cutover for 11m: approval is red (approval false)',
        'an approver',
        'crossfade approve approval --run shop-17-to-18 --reason TEXT',
      ],
    ],
    [
      'only people are missing, and one came without proof',
      [
        ...atCutover,
        {
          type: 'gate-verdict',
          phase: 'cutover',
          verdict: {gate: 'approval', go: false, evidence: '1 of 2 approvals: ann (unauthenticated)'},
        },
      ],
      [
        'waiting before cutover for 10m: approval is red (1 of 2 approvals: ann (unauthenticated))',
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
        'the target serves for 10m; the way back is kept until 2026-05-01T11:16:00.000Z, another 50m',
        'nobody: it is a matter of time',
        'crossfade reverse --confirm shop-17-to-18',
      ],
    ],
    [
      'the canary has found something wrong',
      [...window.slice(0, -2), {...proof, evidence: {canary: {stallMs: 1, failure}}}, ...window.slice(-2)],
      [
        'the canary failed after the cutover: 1 lost (CF-CANARY-002); the target serves for 10m',
        'the operator',
        'crossfade reverse --confirm shop-17-to-18',
      ],
    ],
    [
      'the canary has found something wrong on the way back',
      [
        ...window,
        ended('reverse-window', 'reverse'),
        started('reverse-cutover'),
        {...target, side: 'source'},
        {...proof, phase: 'reverse-cutover', evidence: {canary: {stallMs: 1, failure}}},
        ended('reverse-cutover'),
        ...through('catch-up', 'verify-data'),
        passed('approval'),
      ],
      [
        'the canary failed on the way back: 1 lost (CF-CANARY-002); ready for cutover for 10m: the plan starts it by hand',
        'the operator',
        'crossfade explain CF-CANARY-002',
      ],
    ],
    [
      'the reverse window is over',
      [...window, ...Array.from({length: 60}, () => signal({type: 'verify', repair: false}))],
      [
        'the target serves for 70m; the reverse window is over since 2026-05-01T11:16:00.000Z',
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
      ['failed in cutover 10m ago: shop.orders changed (CF-DDL-001)', 'the operator', 'crossfade explain CF-DDL-001'],
    ],
    [
      'failed without a code',
      [...atCutover, {type: 'failed', code: undefined, error: 'boom'}],
      ['failed in cutover 10m ago: boom', 'the operator', 'crossfade resume'],
    ],
    ['completed', [...window, ended('reverse-window'), ...through('decommission')], ['done: the target serves', 'nobody', undefined]],
    ['aborted', [created, started('assess'), ended('assess', 'abort')], ['aborted: the source serves', 'nobody', undefined]],
  ])('%s', (_, facts, expected) => {
    expect(why(facts)).toEqual(expected);
  });

  it('what holds the runner up is told by the runner, for as long as it goes on telling', () => {
    const facts: readonly JournalFact[] = [...atCutover, verdict('replication-lag', false)];
    const entries = journal(facts);
    const [at, now] = [entries.at(-1)?.at ?? '', (seconds: number) => new Date(Date.parse(entries.at(-1)?.at ?? '') + seconds * 1000)];
    const wait = {
      cause: 'the stream waits behind process 7',
      since: at,
      owner: 'its owner',
      next: {command: 'on the target: …', why: 'ends it'},
    };
    const report = {at: now(9).toISOString(), elapsedMs: 1, gauges: {}, samples: [], notes: [], waits: [wait]};
    const told = (seconds: number, alive: boolean | undefined, change = {}) =>
      whyNotDone(runState(entries), alive, now(seconds), {...report, ...change});
    expect(told(10, true)).toEqual({
      cause: 'before cutover, for 10s: the stream waits behind process 7',
      owner: 'its owner',
      next: wait.next,
    });
    expect(told(10, true, {waits: []}).cause).toContain('replication-lag is red');
    expect(told(100, true)).toMatchObject({
      cause: 'the runner (process 101) has said nothing for 91s in cutover; its last entry is 100s old (number 13)',
      next: {command: 'crossfade unlock'},
    });
    expect(told(100, undefined).cause).toMatch(/^the runner \(process 101 on another machine\) has said nothing/);
    // What the runner before this one said is over, and this one has said nothing yet.
    const old = {at: '2026-05-01T09:00:00.000Z'};
    expect(whyNotDone(runState(journal([created, runner(1)])), true, new Date('2026-05-01T10:01:10.000Z'), {...report, ...old}).cause).toBe(
      'working on assess for 70s',
    );
  });

  it('a failure names the command that its error named', () => {
    const next = 'end the transactions named above, then: crossfade resume';
    const failed: JournalFact = {type: 'failed', code: 'CF-SRC-006', error: 'still\n  running', next};
    expect(why([...atCutover, failed])).toEqual([
      'failed in cutover 10m ago: still running (CF-SRC-006)',
      'the operator',
      'crossfade resume',
    ]);
    expect(why([...atCutover, {...failed, next: 'crossfade verify --repair, or abort'}])[2]).toBe('crossfade verify --repair');
    expect(why([...atCutover, {...failed, next: 'undo that change'}])[2]).toBe('crossfade explain CF-SRC-006');
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

  it('an automation that a runner has left paused is named, unless that runner is at work', () => {
    const facts: readonly JournalFact[] = [...atCutover, {type: 'step-intent', phase: 'cutover', step: 'pause-failover', attempt: 1}];
    expect(why(facts, false)[0]).toMatch(/is gone in cutover.*; the failover automation was paused 10m ago and may still be/);
    expect(why([...facts, {type: 'failed', code: undefined, error: 'boom'}])[0]).toMatch(
      /boom; the failover automation was paused 11m ago/,
    );
    expect(why(facts)[0]).not.toContain('automation');
    const resumed: JournalFact = {type: 'step-outcome', phase: 'cutover', step: 'resume-failover', attempt: 1, evidence: {}};
    expect(why([...facts, resumed], false)[0]).not.toContain('automation');
  });
});
