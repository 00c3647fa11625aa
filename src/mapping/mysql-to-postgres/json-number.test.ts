import fc from 'fast-check';
import {expect, test} from 'vitest';
import {mysqlNumber, shortNumber} from './json-number.ts';
import {jsonbText} from '../json-text.ts';

test.each([
  ['1.10', '1.1'],
  ['1.00', '1'],
  ['100', '100'],
  ['0.0', '0'],
  ['-0.50', '-0.5'],
  ['18446744073709551615', '18446744073709551615'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['9007199254740993', '9007199254740993'],
  ['0.30000000000000004', '0.30000000000000004'],
  ['18446744073709552000', '18446744073709552000'],
])('MySQL keeps %s, as %s', (number, kept) => {
  expect(mysqlNumber(number)).toBe(kept);
});

test.each(['18446744073709551616', '-9223372036854775809', '9007199254740993.5', '0.1234567890123456789', `1${'0'.repeat(309)}`])(
  'MySQL would make another number of %s (H-46)',
  (number) => {
    expect(mysqlNumber(number)).toBeUndefined();
  },
);

test('every double is kept', () => {
  const written = (value: number): string => jsonbText(String(value), {number: shortNumber}) ?? '';
  fc.assert(fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), (value) => mysqlNumber(written(value)) === written(value)));
});
