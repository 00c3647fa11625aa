import {describe, expect, test} from 'vitest';
import {etaBand, withSample} from './eta.ts';
import type {CopySample} from './telemetry.ts';

/** One a second, with what was copied in each. */
const copied = (perSecond: readonly number[], before = 0): CopySample[] =>
  [0, ...perSecond].map((_, i) => ({
    elapsedMs: i * 1000,
    copiedShare: before + perSecond.slice(0, i).reduce((sum, share) => sum + share, 0),
  }));
const times = (count: number, share: number): number[] => Array.from({length: count}, () => share);
const ratio = (perSecond: readonly number[]): number => {
  const band = etaBand(copied(perSecond));
  return band ? band.highMs / band.lowMs : Infinity;
};

describe('the band', () => {
  test('lies about what is left at the speed of this run, whatever an earlier one copied', () => {
    const band = etaBand(copied(times(20, 0.01), 0.6));
    expect(band?.lowMs).toBeGreaterThan(14_000);
    expect(band?.lowMs).toBeLessThan(20_000);
    expect(band?.highMs).toBeGreaterThan(20_000);
    expect(band?.highMs).toBeLessThan(28_000);
  });

  test('is wider where the speed differs, and early in a copy', () => {
    const steady = ratio(times(40, 0.01));
    expect(ratio([...times(20, 0.012), ...times(20, 0.008)])).toBeGreaterThan(steady);
    expect(ratio(times(400, 0.0001))).toBeGreaterThan(steady);
  });

  test('goes with the speed of late', () => {
    const slower = etaBand(copied([...times(30, 0.012), ...times(10, 0.006)]));
    const left = 1 - 0.42;
    expect(slower?.highMs).toBeGreaterThan((left / 0.006) * 1000);
    expect(slower?.lowMs).toBeLessThan((left / 0.006) * 1000);
  });
});

test.each([
  ['with too few samples', copied(times(4, 0.1))],
  ['below one percent of this run’s own', copied(times(9, 0.001), 0.5)],
  ['while nothing moves', copied([...times(10, 0.05), ...times(10, 0)])],
  ['while the speed swings', copied([...times(5, 0.03), ...times(5, 0.001), ...times(5, 0.03), ...times(5, 0.001)])],
  ['when time stands still', copied(times(9, 0.05)).map((sample) => ({...sample, elapsedMs: 7}))],
  ['when all is done', copied(times(10, 0.1)).map((sample, i) => (i === 10 ? {...sample, copiedShare: 1} : sample))],
  ['from the report of an earlier version', copied(times(9, 0.05)).map(({elapsedMs}) => ({elapsedMs}))],
  ['without samples', []],
])('nobody can say %s', (_when, samples) => {
  expect(etaBand(samples)).toBeUndefined();
});

test('as many samples as a report has room for: the first, the newest, and the older the further apart', () => {
  let samples: readonly CopySample[] = [];
  for (let second = 0; second <= 5000; second++) samples = withSample(samples, {elapsedMs: second * 1000, copiedShare: second / 10_000});
  expect(samples.length).toBeLessThanOrEqual(64);
  expect([samples[0]?.elapsedMs, samples.at(-1)?.elapsedMs]).toEqual([0, 5_000_000]);
  const gaps = samples.slice(1).map(({elapsedMs}, i) => elapsedMs - (samples[i]?.elapsedMs ?? 0));
  expect(gaps.slice(-16)).toEqual(Array.from({length: 16}, () => 1000));
  expect(gaps[0]).toBeGreaterThan(100_000);
});
