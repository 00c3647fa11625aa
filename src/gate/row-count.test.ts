import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {rowCount} from './row-count.ts';

const check = (counted: {readonly tables: number; readonly differences: readonly string[]}, settings = {}) =>
  rowCount.check(measures({rowCounts: async () => ({rows: '12', ...counted}), settings}));

test('go when every table has as many rows, for a while', async () => {
  expect(await check({tables: 3, differences: []})).toEqual({go: true, evidence: '12 rows in 3 tables on both sides', holdsMs: 300_000});
});

test('no-go when one has not, and soon counted again', async () => {
  expect(await check({tables: 3, differences: ['shop.orders: 2 rows missing']})).toEqual({
    go: false,
    evidence: 'shop.orders: 2 rows missing',
    holdsMs: 30_000,
  });
  expect((await check({tables: 9, differences: ['a', 'b', 'c', 'd', 'e', 'f']}, {every: '1s'})).evidence).toBe(
    'a, b, c, d, e, and 1 more tables',
  );
});

test('nothing counted is nothing equal', async () => {
  expect((await check({tables: 0, differences: []})).go).toBe(false);
});
