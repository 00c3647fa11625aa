/** Writers and a comparison, each with its pace, on a clock of their own: what the rounds lead to, and what is said of it. */
import {describe, expect, it} from 'vitest';
import {type BeforeHold, compareBudgetMs, untilLittleIsLeft} from './before-hold.ts';

const item = {schema: 'shop', name: 'item'};

type Paces = {
  readonly waiting: number;
  readonly changedPerMs: number;
  readonly comparedPerMs: number;
  readonly lagMs?: number;
  readonly limitMs?: number;
};

/** Every read costs 2 ms and its rows; a round waits for the stream besides. */
const world = ({waiting, changedPerMs, comparedPerMs, lagMs = 5, limitMs = Infinity}: Paces) => {
  let [nowMs, left, rounds] = [0, waiting, 0];
  const pace = {changedPerMs};
  const [whole, told]: [(typeof item)[], string[]] = [[], []];
  const pass = (ms: number): void => {
    nowMs += ms;
    left += pace.changedPerMs * ms;
  };
  const read = (rows: number): {rows: number; ms: number} => {
    const ms = rows > 0 ? 2 + rows / comparedPerMs : 0;
    pass(ms);
    return {rows, ms};
  };
  const request: BeforeHold = {
    changed: {
      get size() {
        return Math.floor(left);
      },
      whole,
    },
    budgetMs: compareBudgetMs({stallBudgetMs: 5000}),
    limitMs,
    clock: {monotonicMs: () => nowMs},
    tell: (words) => void told.push(words),
    round: async () => {
      rounds++;
      const rows = Math.floor(left);
      left = 0;
      pass(lagMs);
      read(rows);
      return {rows, read: read(Math.min(rows, 1000))};
    },
  };
  return {pace, whole, run: () => untilLittleIsLeft(request), rounds: () => rounds, told};
};

describe('before a hold', () => {
  it('one round is enough where nobody writes', async () => {
    const quiet = world({waiting: 300, changedPerMs: 0, comparedPerMs: 10});
    expect(await quiet.run()).toEqual({rows: 300, rounds: 1, left: 0, foreseenMs: 0});
  });

  it('rounds go on until what is left fits, by the pace of this machine', async () => {
    const busy = world({waiting: 40_000, changedPerMs: 4, comparedPerMs: 8});
    const {rows, rounds, left, foreseenMs} = await busy.run();
    expect(rounds).toBeGreaterThan(3);
    expect(busy.told).toHaveLength(rounds - 1);
    expect(busy.told[0]).toMatch(/^round 2 of comparing what changed; after the last one about \d+ rows would be left .* it has 500 ms/);
    expect(busy.rounds()).toBe(rounds);
    expect(rows).toBeGreaterThan(40_000);
    expect(left).toBeLessThan(2000);
    expect(foreseenMs).toBeLessThanOrEqual(500);
  });

  it('twice the pace of comparing needs fewer rounds', async () => {
    const paces = {waiting: 40_000, changedPerMs: 4, comparedPerMs: 8};
    const [slow, quick] = await Promise.all([world(paces).run(), world({...paces, comparedPerMs: 16}).run()]);
    expect(quick.rounds).toBeLessThan(slow.rounds);
  });

  it('a long lag counts, because what is under way changes rows as well', async () => {
    const paces = {waiting: 100, changedPerMs: 2, comparedPerMs: 4};
    expect((await world(paces).run()).foreseenMs).toBeLessThan(500);
    await expect(world({...paces, lagMs: 2000}).run()).rejects.toThrow(/rows would be left for the hold/);
  });

  it('writers that are quicker are told as they are, and nothing is held', async () => {
    const refused = world({waiting: 5000, changedPerMs: 6, comparedPerMs: 3}).run();
    await expect(refused).rejects.toMatchObject({
      name: 'TransientError',
      code: 'CF-VERIFY-002',
      message: expect.stringMatching(
        /^nothing was held.* about \d+ rows would be left .* take \d+ ms, and it has 500 ms .*; 6000 rows change in a second, 29\d\d can be compared$/,
      ),
    });
  });

  it('it goes through when the same writers slow down', async () => {
    const writers = world({waiting: 5000, changedPerMs: 6, comparedPerMs: 3});
    await expect(writers.run()).rejects.toThrow();
    writers.pace.changedPerMs = 1;
    expect((await writers.run()).foreseenMs).toBeLessThanOrEqual(500);
  });

  it('an attempt begins no round after its limit', async () => {
    const slow = world({waiting: 100_000, changedPerMs: 1, comparedPerMs: 2, limitMs: 5000});
    await expect(slow.run()).rejects.toMatchObject({code: 'CF-VERIFY-002'});
    expect(slow.rounds()).toBe(1);
  });

  it('a table that changes as a whole never fits, however quiet it is', async () => {
    const emptied = world({waiting: 0, changedPerMs: 0, comparedPerMs: 10});
    emptied.whole.push(item);
    await expect(emptied.run()).rejects.toThrow(/more rows of shop\.item change than are kept account of/);
    expect(emptied.rounds(), 'all of it is compared by others, and the gate waits for that').toBe(1);
  });

  it('what begins to change in the first round is compared in another, which knows the pace', async () => {
    const late = world({waiting: 0, changedPerMs: 1, comparedPerMs: 4});
    expect(await late.run()).toMatchObject({rounds: 2});
  });
});
