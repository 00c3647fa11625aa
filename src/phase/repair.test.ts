import {expect, it} from 'vitest';
import type {Link} from '../pipeline/replication.ts';
import {hashedKey, type VerifyReport} from '../verify/verifier.ts';
import {Repairs} from './repair.ts';

const orders = {schema: 'shop', name: 'orders'};
const [one, two, three] = ['1', '2', '3'].map((id) => hashedKey(orders, [id]));
const report = (...ids: readonly string[]): VerifyReport => ({
  equal: false,
  differing: ids.length,
  uncompared: 0,
  effort: {waits: 0, retries: 0, held: 0},
  tables: [
    {
      table: orders,
      rows: '9',
      checksum: '',
      differing: ids.length,
      differences: ids.map((id) => ({table: orders, key: [id], kind: 'different', columns: []})),
      uncompared: [],
    },
  ],
});
const unknown = () => ({cause: 'unknown', why: 'touched'}) as const;

it('every row has its cause, and one that a drill has named is seeded whatever else is known of it', () => {
  const repairs = new Repairs(new Set([two ?? '']));
  expect(repairs.tell(report('1', '2'), unknown)).toEqual([
    {table: 'shop.orders', cause: 'unknown', why: 'touched', rows: 1, keys: [one]},
    {table: 'shop.orders', cause: 'seeded', why: expect.any(String), rows: 1, keys: [two]},
  ]);
  expect(repairs.tell(report('3'), unknown), 'of the second round only').toMatchObject([{rows: 1, keys: [three]}]);
  expect(repairs.list()).toMatchObject([
    {cause: 'unknown', rows: 2, keys: [one, three]},
    {cause: 'seeded', rows: 1, keys: [two]},
  ]);
});

it('rows count as repaired when they are durable, and not before', async () => {
  const repairs = new Repairs(new Set());
  const asked: unknown[] = [];
  const link = {readAgain: async (keys: unknown) => void asked.push(keys)} as unknown as Link;
  repairs.tell(report('1', '2'), unknown);
  expect(repairs.rows).toBe(0);
  await repairs.heal(link, report('1', '2'), new AbortController().signal);
  expect([repairs.rows, asked]).toMatchObject([2, [[{key: ['1']}, {key: ['2']}]]]);
  const broken = {readAgain: () => Promise.reject(new Error('gone'))} as unknown as Link;
  await expect(repairs.heal(broken, report('3'), new AbortController().signal)).rejects.toThrow('gone');
  expect(repairs.rows).toBe(2);
});
