import {describe, expect, test} from 'vitest';
import {statusLine} from './status-report.ts';
import type {StatusReport} from './status-report.ts';

const HOUR_MS = 3_600_000;
const GAUGES = {rowsCopied: 31_340_000, rowsTotal: 43_060_000, changesApplied: 390_400, lagMs: 412, backlogBytes: 7 * 1024 * 1024};
const line = (report: Partial<StatusReport>) => statusLine({gauges: {}, elapsedMs: 0, ...report});
/** A hundredth of the copy a minute, and half of it is done. */
const samples = Array.from({length: 51}, (_, minute) => ({elapsedMs: minute * 60_000, copiedShare: minute / 100}));

test('the line', () => {
  expect(line({gauges: GAUGES, elapsedMs: 2 * HOUR_MS + 6 * 60_000})).toBe(
    'copy 31.3M/43.1M 72.7% | applied 390k | lag 0.4s | backlog 7.0MiB | 2h06m',
  );
});

test('keeps its shape when nothing is known', () => {
  expect(line({})).toBe('copy -/- - | applied - | lag - | backlog - | 0s');
});

test('says why it is throttled where it would guess the end', () => {
  const report = {gauges: GAUGES, samples};
  expect(line(report)).toMatch(/ \| 0s \| ETA ~40-62m$/);
  expect(line({...report, throttled: 'lag 1.55s > 1.00s'})).toMatch(/ \| 0s \| throttled: lag 1\.55s > 1\.00s$/);
});

describe('counts and sizes', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.0k'],
    [9_949, '9.9k'],
    [12_345, '12k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [123_456_789, '123.5M'],
    [2_000_000_000, '2.0G'],
    [5e15, '5000.0T'],
  ])('%i rows', (changesApplied, text) => {
    expect(line({gauges: {changesApplied}})).toContain(`| applied ${text} |`);
  });
  test.each([
    [0, '0B'],
    [1023, '1023B'],
    [1024, '1.0KiB'],
    [1024 ** 2 - 1, '1.0MiB'],
    [3 * 1024 ** 3, '3.0GiB'],
  ])('%i bytes', (backlogBytes, text) => {
    expect(line({gauges: {backlogBytes}})).toContain(`| backlog ${text} |`);
  });
});

describe('share', () => {
  test.each([
    [0, 10, '0.0%'],
    [99_999, 100_000, '99.9%'],
    [10, 10, '100.0%'],
    [11, 10, '100.0%'],
    [5, 0, '-'],
  ])('%i of %i', (rowsCopied, rowsTotal, text) => {
    expect(line({gauges: {rowsCopied, rowsTotal}})).toContain(` ${text} | applied`);
  });
});

test.each([
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m00s'],
  [725_000, '12m05s'],
  [HOUR_MS, '1h00m'],
  [76 * HOUR_MS, '3d04h'],
])('%i ms', (elapsedMs, text) => {
  expect(line({elapsedMs})).toMatch(new RegExp(`\\| ${text}$`));
});
