import {expect, it, vi} from 'vitest';
import type {Chunk, Database, KeyRange} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';
import {ChunkQueue, cutAnew, spansOf} from './chunk-queue.ts';

const orders = {schema: 'shop', name: 'orders'};
const notes = {schema: 'shop', name: 'notes'};
const range = (after?: string, to?: string): KeyRange => ({
  after: after === undefined ? undefined : [after],
  to: to === undefined ? undefined : [to],
});
const chunk = (id: number, of: KeyRange, table = orders, done = false): Chunk => ({id, table, range: of, done});

it.each<[string, readonly Chunk[], readonly {table: typeof orders; range: KeyRange}[]]>([
  ['nothing', [], []],
  ['a whole table', [chunk(1, range(undefined, '5')), chunk(2, range('5', '9')), chunk(3, range('9'))], [{table: orders, range: range()}]],
  [
    'with one that was taken out of the middle, in any order',
    [chunk(7, range('9')), chunk(1, range(undefined, '5')), chunk(6, range('7', '9'))],
    [
      {table: orders, range: range(undefined, '5')},
      {table: orders, range: range('7')},
    ],
  ],
  [
    'tables with the same keys',
    [chunk(1, range('5')), chunk(2, range('5'), notes)],
    [
      {table: orders, range: range('5')},
      {table: notes, range: range('5')},
    ],
  ],
])('%s as spans', (_, chunks, spans) => {
  expect(spansOf(chunks).toSorted((a, b) => a.table.name.localeCompare(b.table.name) * -1)).toEqual(spans);
});

it('hands out what is left in the new size, once per size, and leaves what was taken', async () => {
  let wanted: number | undefined;
  const cut = vi.fn(async (open: readonly Chunk[]) => open.flatMap((one) => [one, {...one, id: one.id + 100}]));
  const queue = new ChunkQueue([chunk(1, range()), chunk(2, range()), chunk(3, range(), orders, true), chunk(4, range())], {
    wanted: () => wanted,
    cut,
  });
  expect([await queue.next(), queue.total]).toEqual([expect.objectContaining({id: 1}), 3]);
  wanted = 10;
  const both = await Promise.all([queue.next(), queue.next()]);
  expect(both.map((one) => one?.id)).toEqual([2, 102]);
  expect(cut.mock.calls).toEqual([[[chunk(2, range()), chunk(4, range())], 10]]);
  expect([queue.total, (await queue.next())?.id, (await queue.next())?.id, await queue.next()]).toEqual([5, 4, 104, undefined]);
});

it('knows how many of a table are left: open or under way', async () => {
  const queue = new ChunkQueue([chunk(1, range()), chunk(2, range()), chunk(3, range(), orders, true), chunk(4, range(), notes)]);
  const first = await queue.next();
  expect([queue.leftOf(orders), queue.leftOf(notes)]).toEqual([2, 1]);
  if (first) queue.done(first);
  expect([queue.leftOf(orders), queue.leftOf(notes)]).toEqual([1, 1]);
});

it('does not write where the ranges stay what they are', async () => {
  const recutChunks = vi.fn();
  const table = {name: orders} as unknown as Table;
  const from = {
    source: {planRanges: async (_: Table, bytes: number, within: KeyRange) => (bytes > 5 ? [within] : [range('1', '2'), range('2')])},
  };
  const request = {from: from as unknown as Database, to: {target: {recutChunks}} as unknown as Database, reads: () => table, epoch: 3};
  const open = [chunk(1, range('1'))];
  expect(await cutAnew(request, open, 9)).toBe(open);
  expect(recutChunks).not.toHaveBeenCalled();
  await cutAnew(request, open, 4);
  expect(recutChunks.mock.calls).toEqual([[[1], [range('1', '2'), range('2')].map((one) => ({table: orders, range: one})), 3]]);
});
