import {expect, test} from 'vitest';
import {inTurns, median, tableOf} from './measurement.ts';

test('ways take turns, and their order changes with the round', async () => {
  const order: string[] = [];
  const way = (name: string) => ({name, run: async () => order.push(name)});
  const times: Record<string, number[]> = {};
  for (const round of [0, 1, 2]) await inTurns([way('a'), way('b')], round, times);
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(times).toEqual({a: [1, 4, 5], b: [2, 3, 6]});
});

test('the median of three and of four', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('the table says how the others compare with crossfade', () => {
  const lines = tableOf([{what: 'load', unit: 's', ways: {crossfade: [2, 4, 2], 'psql | psql': [5, 5, 5]}}]).split('\n');
  expect(lines[1]).toMatch(/^load +crossfade +2\.00 4\.00 2\.00 +2\.00 s +1$/);
  expect(lines[2]).toMatch(/^load +psql \| psql +5\.00 5\.00 5\.00 +5\.00 s +2\.50$/);
});
