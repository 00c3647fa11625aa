import {expect, test} from 'vitest';
import type {Original} from '../engine/engine.ts';
import type {Row} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {sampleOf} from './sample.ts';

const table = (name: string): Table => ({
  name: {schema: 's', name},
  columns: [],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
const [people, orders] = [table('people'), table('orders')];
const DATA: Readonly<Record<string, readonly Row[]>> = {
  people: Array.from({length: 50}, (_, i) => ({id: String(i), chief: i === 0 ? null : String(i - 1)})),
  orders: Array.from({length: 50}, (_, i) => ({id: String(i), buyer: String(49 - i)})),
};
const original: Original = {
  rows: () => {
    throw new Error('the whole table is not wanted');
  },
  some: async ({name}, count) => (name.name === 'orders' ? (DATA['orders'] ?? []).slice(20, 20 + count) : []),
  matching: async ({name}, [column = ''], values) =>
    (DATA[name.name] ?? []).filter((row) => values.some(([value]) => row[column] === value)),
};
const references = [
  {table: orders.name, columns: ['buyer'], to: people.name, toColumns: ['id']},
  {table: people.name, columns: ['chief'], to: people.name, toColumns: ['id']},
  {table: people.name, columns: ['home'], to: {schema: 'other', name: 'places'}, toColumns: ['id']},
];

test('whatever a sampled row refers to comes along, through every chain', async () => {
  const sample = await sampleOf(original, [people, orders], references, {rows: 2, seed: ''});
  expect(sample.get('s.orders')?.map(({id}) => id)).toEqual(['20', '21']);
  const known = new Set(sample.get('s.people')?.map(({id}) => id));
  expect(known.size).toBe(30); // 29 and every chief above
  for (const {chief} of sample.get('s.people') ?? []) expect(chief === null || known.has(chief ?? null)).toBe(true);
});
