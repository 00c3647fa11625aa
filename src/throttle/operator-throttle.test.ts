import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Tuning} from '../model/tuning.ts';
import {dutyCycle} from './duty-cycle.ts';
import {OperatorThrottle} from './operator-throttle.ts';
import {strictest} from './strictest.ts';
import type {Throttle} from './throttle.ts';

const at = (copy: number, verify = 0, parallel?: number): Tuning => ({throttle: {copy, verify}, parallel});
const never = new AbortController().signal;

/** Milliseconds of rest, or undefined when it has not ended after a day. */
async function restOf(
  throttle: Throttle,
  ...[work, lastMs]: readonly [Parameters<Throttle['rest']>[0], number]
): Promise<number | undefined> {
  const clock = fakeClock();
  let restedMs: number | undefined;
  void throttle.rest(work, lastMs, clock, never).then(() => (restedMs = clock.monotonicMs()));
  await turn();
  await clock.advance(86_400_000);
  return restedMs;
}

describe('an operator throttle', () => {
  it.each([
    [0, 600, 0],
    [50, 600, 600],
    [75, 600, 1800],
    [90, 0, 0],
    [100, 0, undefined],
  ])('at %i %% rests after %i ms for %j ms', async (percent, lastMs, restMs) => {
    expect(await restOf(new OperatorThrottle(at(percent)), 'copy', lastMs)).toBe(restMs);
  });

  it('knows copying, which a backfill is too, from comparing', async () => {
    const throttle = new OperatorThrottle(at(50, 0));
    expect([await restOf(throttle, 'backfill', 100), await restOf(throttle, 'verify', 100)]).toEqual([100, 0]);
  });

  it('wakes whoever rests when it is changed, and a shorter rest counts from its beginning', async () => {
    const clock = fakeClock();
    const throttle = new OperatorThrottle(at(100));
    const rested = throttle.rest('copy', 1_000, clock, never).then(() => clock.monotonicMs());
    await clock.advance(400);
    throttle.tuning = at(50);
    await turn();
    await clock.advance(5_000);
    expect(await rested).toBe(1_000);
  });

  it('lets a run go that is to stop', async () => {
    const stop = new AbortController();
    const rested = new OperatorThrottle(at(100)).rest('copy', 0, fakeClock(), stop.signal);
    stop.abort();
    await rested;
  });

  it('says how many at a time, where somebody has said so', () => {
    expect([at(0), at(0, 0, 9)].map((tuning) => strictest(dutyCycle, new OperatorThrottle(tuning)).parallel(4))).toEqual([4, 9]);
  });

  it('beside another rests as long as the one that wants more', async () => {
    expect(await restOf(strictest(dutyCycle, new OperatorThrottle(at(80))), 'backfill', 100)).toBe(400);
    expect(await restOf(strictest(dutyCycle, new OperatorThrottle(at(20))), 'backfill', 100)).toBe(100);
  });
});
