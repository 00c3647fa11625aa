import {expect, test} from 'vitest';
import {durationSetting} from './gate-settings.ts';

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1.5 s', 1500],
  ['2m', 120_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  [250, 250],
  [undefined, 42],
])('%s is %i ms', (value, ms) => {
  expect(durationSetting({max: value}, 'max', 42)).toBe(ms);
});

test('a setting that cannot be read names itself and what it should be', () => {
  expect(() => durationSetting({max: '1 week'}, 'max', 42)).toThrow('the setting max is "1 week", not a duration such as 1s');
});
