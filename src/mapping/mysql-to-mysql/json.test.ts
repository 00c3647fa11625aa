import {expect, test} from 'vitest';
import {jsonColumn} from './json.ts';

const {forward, isSame} = jsonColumn('j', 'k');

test.each([
  ['{"bb":1, "a" : -12.340}', '{"a": -12.34, "bb": 1}'],
  ['[1, 1.0, 1e0, -0.0, 18446744073709551615, 18446744073709551616]', '[1, 1.0, 1.0, 0.0, 18446744073709551615, 18446744073709552000.0]'],
  ['1e-7', '0.0000001'],
  ['0.1234567890123456789', '0.12345678901234568'],
  ['"\\u0000"', '"\\u0000"'],
])('%s is kept as %s', (text, kept) => {
  expect(forward([text])).toEqual([kept]);
  expect(forward([kept])).toEqual([kept]);
});

test.each([
  ['{"a":1.50,"b":null}', '{"b": null, "a": 1.5}', true],
  ['[1e2]', '[100.0]', true],
  ['-1.2345678901234567e-13', '-1.2345678901234566e-13', true],
  ['12345678901234567', '12345678901234568', false],
  ['0.1234567890123456789', '0.12345678901234568', false],
  ['{"a": 1, "a": 2}', '{"a": 2}', false],
  ['[1, 2]', '[2, 1]', false],
])('%s and %s are one document: %s', (a, b, same) => {
  expect(isSame?.(a, b)).toBe(same);
});

test('NULL is no document', () => {
  expect(forward([null])).toEqual([null]);
  expect(isSame?.(null, 'null')).toBe(false);
});
