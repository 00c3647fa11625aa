import {expect, test} from 'vitest';
import {offsetOf} from './mysql2-raw.ts';

test.each([
  ['UTC', 0],
  ['Etc/UTC', 0],
  ['+00:00', 0],
  ['+05:30', 19_800_000],
  ['-09:30', -34_200_000],
])('a session in %s is that far from UTC all the year', (zone, ms) => {
  expect(offsetOf(zone)).toBe(ms);
});

test.each(['Europe/Berlin', 'CEST', 'SYSTEM', '', undefined])('of %s it is not known', (zone) => {
  expect(offsetOf(zone)).toBeUndefined();
});
