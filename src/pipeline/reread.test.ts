import {expect, test} from 'vitest';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import {type RereadRequest, serveRereads} from './reread.ts';

test('rows are read by the keys of the sending side, and settled by those of the receiving one', async () => {
  const table = {name: {schema: 'shop', name: 'visits'}, key: ['at']} as unknown as Table;
  const mapping = {
    reads: table,
    writes: table,
    row: ({at}: {at: string}) => ({at: at.replace('.500', '.5')}),
    keyBack: ([at = null]: Key) => [at === null ? null : `${at}00`],
  } as unknown as TableMapping;
  const [asked, written, committed]: [unknown[], unknown[], unknown[]] = [[], [], []];
  const request = {
    from: {
      source: {
        readRows: async (_: Table, keys: readonly Key[]) => (asked.push(keys), [{at: '10:00:00.500'}]),
        mark: async () => 'end' as Position,
      },
    },
    applier: {
      write: async (batches: readonly {steps: readonly unknown[]}[]) => (written.push(batches[0]?.steps), {missing: [], refused: []}),
      commit: async (rest: {rereadRemove: unknown}) => void committed.push(rest.rereadRemove),
    },
    progress: {reread: () => {}},
    mapping,
    keys: [['10:00:00.5'], ['11:00:00.5']],
    delivered: new Set<string>(),
    position: 'here' as Position,
    commitSeq: 1,
  } as unknown as RereadRequest;
  await serveRereads(request);
  expect(asked).toEqual([[['10:00:00.500'], ['11:00:00.500']]]);
  expect(written).toEqual([
    [
      {
        kind: 'rows',
        operations: [
          {form: 'upsert', key: ['10:00:00.5'], row: {at: '10:00:00.5'}},
          {form: 'delete', key: ['11:00:00.5'], exact: false},
        ],
      },
    ],
  ]);
  expect(committed).toEqual([request.keys.map((key) => ({table: table.name, key}))]);
});
