import {describe, expect, test} from 'vitest';
import {decideCommit, decideRelease, decideTakeover, decideWatchdog, type Takeover} from './cutover-decision.ts';
import type {FenceRow, FenceState} from './fence-row.ts';

const row = (epoch: number, state: FenceState, remainingMs = 5_000): FenceRow => ({epoch, state, remainingMs});
const SOURCE: Takeover = {action: 'none', open: 'source'};
const TARGET: Takeover = {action: 'none', open: 'target'};
const releases = (direction: 'forward' | 'reverse', epoch: number): Takeover =>
  direction === 'forward' ? {action: 'release', side: 'source', direction, epoch} : {action: 'release', side: 'target', direction, epoch};
const finishes = (direction: 'forward' | 'reverse', epoch: number): Takeover => ({action: 'finish', direction, epoch});

/** Every standing of a side, with the attempt that undecided rows are of. */
const STANDINGS = {
  bare: [],
  open: [row(1, 'released'), row(2, 'released')],
  'fenced 3': [row(1, 'released'), row(3, 'fenced')],
  'fenced 5': [row(1, 'released'), row(5, 'fenced')],
  'fenced 3, late': [row(3, 'fenced', -1)],
  'committed 4': [row(1, 'released'), row(4, 'committed')],
  'committed 6': [row(1, 'released'), row(6, 'committed')],
  'committed 4, a fence left behind': [row(2, 'fenced', -1), row(4, 'committed')],
  closed: [row(0, 'closed')],
  'two committed': [row(1, 'committed'), row(4, 'committed')],
  'closed and fenced': [row(0, 'closed'), row(3, 'fenced')],
  'fenced after committed': [row(4, 'committed'), row(5, 'fenced')],
} as const satisfies Record<string, readonly FenceRow[]>;
type Standing = keyof typeof STANDINGS;

/** Every combination that has an answer; all others call a person. */
const ANSWERS: Partial<Record<`${Standing} | ${Standing}`, Takeover>> = {
  'bare | bare': SOURCE,
  'bare | closed': SOURCE,
  'open | closed': SOURCE,
  'open | committed 4': SOURCE,
  'open | committed 6': SOURCE,
  'open | committed 4, a fence left behind': SOURCE,
  'fenced 3 | closed': releases('forward', 3),
  'fenced 3, late | closed': releases('forward', 3),
  'fenced 5 | closed': releases('forward', 5),
  'fenced 5 | committed 4': releases('forward', 5),
  'fenced 5 | committed 4, a fence left behind': releases('forward', 5),
  'committed 4 | open': TARGET,
  'committed 4 | closed': finishes('forward', 4),
  'committed 4 | fenced 5': releases('reverse', 5),
  'committed 4 | committed 6': finishes('reverse', 6),
  'committed 6 | open': TARGET,
  'committed 6 | closed': finishes('forward', 6),
  'committed 6 | committed 4': finishes('forward', 6),
  'committed 6 | committed 4, a fence left behind': finishes('forward', 6),
  'committed 4, a fence left behind | open': TARGET,
  'committed 4, a fence left behind | closed': finishes('forward', 4),
  'committed 4, a fence left behind | fenced 5': releases('reverse', 5),
  'committed 4, a fence left behind | committed 6': finishes('reverse', 6),
};

describe('takeover, for every combination of the two sides', () => {
  const names = Object.keys(STANDINGS) as Standing[];
  for (const source of names) {
    for (const target of names) {
      const answer = ANSWERS[`${source} | ${target}`];
      test(`source ${source}, target ${target}: ${answer?.action ?? 'unknown'}`, () => {
        const takeover = decideTakeover(STANDINGS[source], STANDINGS[target].toReversed());
        expect(takeover).toEqual(answer ?? {action: 'unknown', reason: expect.stringMatching(/^the source is .* and the target is /)});
      });
    }
  }

  test('several fences are released one after the other, the newest first', () => {
    expect(decideTakeover([row(2, 'fenced'), row(3, 'fenced')], [row(0, 'closed')])).toEqual(releases('forward', 3));
    expect(decideTakeover([row(2, 'fenced'), row(3, 'released')], [row(0, 'closed')])).toEqual(releases('forward', 2));
  });
});

describe('commit', () => {
  const facts = {row: row(7, 'fenced', 2_001), epochOnServer: 3, myEpoch: 3, guardMs: 2_000};
  test('when fenced, in time, and in charge', () => expect(decideCommit(facts)).toBe('commit'));
  test.each([
    [{row: undefined}, 'this attempt has no fence here'],
    [{row: row(7, 'released')}, 'the fence is released'],
    [{row: row(7, 'committed')}, 'the fence is committed'],
    [{row: row(7, 'closed')}, 'the fence is closed'],
    [{row: row(7, 'fenced', 2_000)}, '2000 ms to the deadline, more than 2000 ms are needed'],
    [{row: row(7, 'fenced', -1)}, '-1 ms to the deadline, more than 2000 ms are needed'],
    [{row: row(7, 'fenced', Number.NaN)}, 'NaN ms to the deadline, more than 2000 ms are needed'],
    [{epochOnServer: 4}, 'epoch 4 is current here, this runner has 3'],
    [{epochOnServer: 2}, 'epoch 2 is current here, this runner has 3'],
    [{epochOnServer: Number.NaN}, 'epoch NaN is current here, this runner has 3'],
    [{epochOnServer: undefined}, 'epoch none is current here, this runner has 3'],
  ])('not with %o', (change, refused) => expect(decideCommit({...facts, ...change})).toEqual({refused}));
});

describe('release', () => {
  test.each([
    [undefined, 'insert-tombstone'],
    [row(7, 'fenced'), 'release'],
    [row(7, 'fenced', -1), 'release'],
    [row(7, 'released'), 'already-released'],
    [row(7, 'committed'), 'committed'],
  ] as const)('%o: %s', (given, decision) => expect(decideRelease(given)).toBe(decision));
  test('never opens a side that starts closed', () => expect(() => decideRelease(row(0, 'closed'))).toThrow('never released'));
});

describe('watchdog', () => {
  const facts = {deadlinePassed: true, epochOnServer: 3, myEpoch: 3, final: false};
  test.each([
    [undefined, 'insert-tombstone', 'wait'],
    [row(7, 'fenced'), 'release', 'wait'],
    [row(7, 'committed'), 'go-forward', 'wait'],
    [row(7, 'released'), 'undo', 'undo'],
  ] as const)('%o: %s at its deadline, %s before', (given, late, early) => {
    expect(decideWatchdog({...facts, row: given})).toBe(late);
    expect(decideWatchdog({...facts, row: given, deadlinePassed: false})).toBe(early);
    expect(decideWatchdog({...facts, row: given, epochOnServer: undefined})).toBe(late);
    expect(decideWatchdog({...facts, row: given, epochOnServer: 4})).toBe('leave');
    expect(decideWatchdog({...facts, row: given, final: true})).toBe('leave');
  });
  test('watches no side that starts closed', () =>
    expect(() => decideWatchdog({...facts, row: row(0, 'closed')})).toThrow('never released'));
});
