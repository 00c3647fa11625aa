import {setImmediate as turn} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {dutyCycle} from './duty-cycle.ts';

it.each([
  ['backfill', 0, 0],
  ['backfill', 300, 300],
  ['backfill', 60_000, 2_000],
  ['copy', 60_000, 0],
  ['verify', 60_000, 0],
] as const)('after %s of %i ms it rests for %i ms', async (work, lastMs, restMs) => {
  const clock = fakeClock();
  const rested = dutyCycle.rest(work, lastMs, clock, new AbortController().signal).then(() => clock.monotonicMs());
  await turn();
  await clock.advance(10_000);
  expect(await rested).toBe(restMs);
});

it('a run that is to stop does not wait for it', async () => {
  const stop = new AbortController();
  const clock = fakeClock();
  const rested = dutyCycle.rest('backfill', 1_000, clock, stop.signal);
  stop.abort();
  await rested;
  expect(clock.monotonicMs()).toBe(0);
});
