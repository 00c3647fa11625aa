import fc from 'fast-check';
import {expect, test} from 'vitest';
import {madeName, nameProblems, quoted} from './names.ts';

test('two names that PostgreSQL would cut to the same stay two, whole signs each (H-26)', () => {
  const [one, other] = [madeName('t', `${'é'.repeat(40)}1`), madeName('t', `${'é'.repeat(40)}2`)];
  expect(one).not.toBe(other);
  expect(Buffer.byteLength(one)).toBeLessThanOrEqual(63);
  expect(one.isWellFormed()).toBe(true);
  expect(madeName('orders', 'customer')).toBe('orders_customer');
});

test('made names always fit', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', minLength: 1}), fc.string({unit: 'grapheme', minLength: 1, maxLength: 64}), (a, b) => {
      expect(Buffer.byteLength(madeName(a, b))).toBeLessThanOrEqual(63);
    }),
  );
});

test('a name that rows travel by is never changed behind anybody: it is refused', () => {
  expect(nameProblems(['short', 'x'.repeat(64)])).toMatchObject([{name: 'x'.repeat(64)}]);
  expect(quoted('a"b')).toBe('"a""b"');
});
