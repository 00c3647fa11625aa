import {describe, expect, it} from 'vitest';
import type {FillRequest} from '../engine/alter.ts';
import type {Chunk, Database} from '../engine/engine.ts';
import {type PlannedOperation, subjectOf} from '../model/planned-operation.ts';
import type {Table} from '../model/table.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {fillBytes, fillChunks, type FillerRequest} from './filler.ts';

const name = (table: string) => ({schema: 'shop', name: table});
const table = (of: string): Table => ({name: name(of), columns: [], key: ['id'], partitions: [], estimatedRows: 0, estimatedBytes: 0});
const column = (of: string, called: string): PlannedOperation => ({
  kind: 'add-column',
  table: name(of),
  column: called,
  type: 'text',
  notNull: false,
  backfill: 'x',
});
const chunk = (id: number, of: string, done = false): Chunk => ({id, table: name(of), range: {after: undefined, to: undefined}, done});

/** What was done, in order. */
function filler(more: Partial<FillerRequest> = {}) {
  const acts: string[] = [];
  const fillChunk = async ({chunk: {id}, fills}: FillRequest) => {
    acts.push(`fill ${id}: ${fills.map((one) => subjectOf(one).split('.').at(-1)).join(', ')}`);
    return {rows: 10};
  };
  const telemetry = silentTelemetry();
  const request: FillerRequest = {
    // Only what the filler asks for.
    database: {alter: {fillChunk}} as unknown as Database,
    tables: [table('orders'), table('items')],
    chunks: [chunk(0, 'orders', true), chunk(1, 'orders'), chunk(2, 'items')],
    fills: [column('orders', 'channel'), column('items', 'weight'), column('orders', 'origin')],
    epoch: 1,
    inTurn: (piece) => {
      acts.push('turn');
      return piece();
    },
    note: () => {},
    telemetry,
    signal: new AbortController().signal,
    ...more,
  };
  return {acts, telemetry, run: () => fillChunks(request)};
}

describe('filling', () => {
  it('takes the open chunks in order, all columns of a table in one go, each in its turn', async () => {
    const {acts, telemetry, run} = filler();
    expect(await run()).toEqual({rows: 20, chunks: 2});
    expect(acts).toEqual(['turn', 'fill 1: channel, origin', 'turn', 'fill 2: weight']);
    expect(telemetry.read()).toEqual({chunksDone: 3, chunksTotal: 3, copiedShare: 1});
  });

  it('stops between two chunks', async () => {
    let turns = 0;
    const inTurn: FillerRequest['inTurn'] = (piece) => (++turns > 1 ? Promise.reject(new Error('stopped')) : piece());
    const {acts, run} = filler({inTurn});
    await expect(run()).rejects.toThrow('stopped');
    expect(acts.filter((act) => act.startsWith('fill'))).toEqual(['fill 1: channel, origin']);
  });

  it('a chunk of a table that is not there is a bug', async () => {
    await expect(filler({tables: []}).run()).rejects.toThrow('chunk 1 was planned for a table that can be changed in place');
  });
});

it.each([
  ['as asked for', 1_000_000, 1_000_000_000, 1_048_576],
  ['fewer bytes where rows are narrow', 1_000_000, 50_000_000, 250_000],
  ['as asked for, of a table that nobody knows', 0, 0, 1_048_576],
  ['as asked for, of one whose rows nobody has counted', 0, 50_000_000, 1_048_576],
])('fills %s', (_, estimatedRows, estimatedBytes, bytes) => {
  expect(fillBytes({...table('orders'), estimatedRows, estimatedBytes}, 1_048_576)).toBe(bytes);
});
