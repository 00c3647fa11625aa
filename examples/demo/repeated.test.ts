import {expect, test} from 'vitest';
import {summaryText} from './repeated.ts';

const run = (seconds: number, max: number) => ({
  lost: 0,
  duplicated: 0,
  acknowledged: 1000,
  seconds,
  stallMs: [{direction: 'forward', max, p99: max / 10}],
});

test('of several runs the medians are told, and the sums of what was acknowledged and lost', () => {
  const text = summaryText([run(80, 300), run(70, 100), run(90, 200)]);
  expect(text).toContain('3 runs: median 80 s (80, 70, 90)');
  expect(text).toContain('acknowledged 3,000, lost 0, duplicated 0');
  expect(text).toContain('stall, switch 1 (forward): longest 200 ms, p99 20 ms (medians)');
});
