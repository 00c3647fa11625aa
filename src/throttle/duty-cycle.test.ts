import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {dutyCycle} from './duty-cycle.ts';

it.each([
  [0, 0],
  [300, 300],
  [60_000, 2_000],
])('after %i ms of work it rests for %i ms', async (lastMs, restMs) => {
  const clock = fakeClock();
  const rested = dutyCycle.rest(lastMs, clock, new AbortController().signal).then(() => clock.monotonicMs());
  await clock.advance(10_000);
  expect(await rested).toBe(restMs);
});

it('a run that is to stop does not wait for it', async () => {
  const stop = new AbortController();
  const clock = fakeClock();
  const rested = dutyCycle.rest(1_000, clock, stop.signal);
  stop.abort();
  await rested;
  expect(clock.monotonicMs()).toBe(0);
});
