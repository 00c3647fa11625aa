import {expect, test} from 'vitest';
import {hasTwins, jsonbText} from './json-text.ts';

test.each([
  ['{"bb": 1, "a": 2, "ab":3}', '{"a": 2, "ab": 3, "bb": 1}'],
  ['[ ]', '[]'],
  ['1e3', '1000'],
  ['1.50e1', '15.0'],
  ['-0', '0'],
  ['-0.0', '0.0'],
  ['1e-3', '0.001'],
  ['12345678901234567890.12345678901234567890', '12345678901234567890.12345678901234567890'],
  ['"\\u00e9\\/\\u0001"', '"é/\\u0001"'],
  ['{"é": 1, "zz": 2, "z": 3}', '{"z": 3, "zz": 2, "é": 1}'],
])('%s is shown as %s', (text, shown) => {
  expect(jsonbText(text)).toBe(shown);
});

test.each(['', '{', '[1,]', '01', '"a', '"\n"', '"\\x"', '{"a" 1}', '1 2', 'nul', '"\\u0000"', '"\\ud800"', '1e9999999'])(
  '%j is nothing that jsonb would take',
  (text) => {
    expect(jsonbText(text)).toBeUndefined();
  },
);

test('a key that is there twice is seen, however deep', () => {
  expect(hasTwins('[{"a": {"b": 1, "\\u0062": 2}}]')).toBe(true);
  expect(hasTwins('[{"a": 1}, {"a": 1}]')).toBe(false);
});

test('what is nested deeper than any server allows is refused, and does not end the process', () => {
  expect(jsonbText('['.repeat(100_000))).toBeUndefined();
});
