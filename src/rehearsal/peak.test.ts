import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {measurePeak} from './peak.ts';

/** `counts`: what each look finds, in this order. */
async function measured(counts: readonly number[], measureMs: number) {
  const clock = fakeClock();
  const left = [...counts];
  const peak = measurePeak(async () => left.shift() ?? 0, measureMs, clock);
  peak.catch(() => undefined); // looked at below
  for (let i = 1; i < counts.length; i++) {
    await Promise.resolve();
    await clock.advance(measureMs / (counts.length - 1));
  }
  return peak;
}

test('the busiest look counts, not the mean of them', async () => {
  expect(await measured([1000, 1010, 1110, 1120], 15_000)).toEqual({rowsPerSecond: 20, measuredMs: 15_000});
});

test('a time shorter than a look is one look', async () => {
  expect(await measured([0, 30], 2000)).toEqual({rowsPerSecond: 15, measuredMs: 2000});
});

test.each([
  ['nothing was written meanwhile', [70, 70, 70]],
  ['its counts were set back meanwhile', [70, 3, 90]],
])('no peak is made up when %s', async (why, counts) => {
  await expect(measured(counts, 10_000)).rejects.toMatchObject({code: 'CF-REHEARSE-007', message: expect.stringContaining(why)});
});
