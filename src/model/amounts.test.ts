import {expect, test} from 'vitest';
import {span} from './amounts.ts';

test.each([
  [400, 2300, '0-3s'],
  [41_900, 69_100, '41-70s'],
  [90_000, 150_000, '1-3m'],
  [723_000, 1_000_000, '12-17m'],
  [6_650_000, 8_300_000, '1h50m-2h20m'],
  [30_000_000, 90_000_000, '8h00m-1d01h'],
])('%i to %i ms', (lowMs, highMs, text) => {
  expect(span(lowMs, highMs)).toBe(text);
});
