/** Counts of two sides in use: what is on its way is no difference, and what stays is. */
import {expect, test} from 'vitest';
import type {TableMapping} from '../mapping/mapping.ts';
import {countRows} from './count-rows.ts';

const table = {name: {schema: 'shop', name: 'orders'}, columns: [], key: []};
const mappings = async () =>
  [{from: table, to: table, writes: table, reads: table, isPlain: true, columns: new Map()}] as unknown as readonly TableMapping[];

/** Answers the counts of each side in turn, the last one for ever. */
const run = (source: readonly bigint[], target: readonly bigint[]) => {
  const side = (counts: readonly bigint[], asked = {times: 0}) => ({
    compare: {count: async () => counts[Math.min(asked.times++, counts.length - 1)]},
    source: {currentPosition: async () => '0/1'},
  });
  const link = {direction: 'forward', untilStrict: async () => undefined, reached: async () => undefined};
  return {mappings, source: side(source), target: side(target), replication: {link: () => link}} as unknown as Parameters<
    typeof countRows
  >[0];
};
const count = (source: readonly bigint[], target: readonly bigint[]) =>
  countRows(run(source, target), 'source', new AbortController().signal);

test('equal counts are an answer, also after a moment in which they were not', async () => {
  expect(await count([12n], [12n])).toEqual({tables: 1, rows: '12', differences: []});
  expect(await count([12n, 13n], [13n])).toEqual({tables: 1, rows: '13', differences: []});
});

test('a difference that stays is one', async () => {
  expect(await count([12n], [11n])).toEqual({tables: 1, rows: '12', differences: ['shop.orders: 12 rows on the source, 11 on the target']});
});

test('what never stands still was not counted', async () => {
  const rising = (from: bigint) => Array.from({length: 20}, (_, i) => from + BigInt(i));
  await expect(count(rising(12n), rising(1n))).rejects.toThrow('rows of shop.orders come and go faster');
});
