/**
 * Fills every open chunk, one at a time and with rests between them, each in a transaction that also marks it as done.
 * Called by the phase `backfill`; killed anywhere, the next run repeats the open chunk only.
 */
import type {Chunk, Database} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import {type PlannedOperation, tablesOf} from '../model/planned-operation.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';

export type FillerRequest = {
  readonly database: Database;
  readonly tables: readonly Table[];
  readonly chunks: readonly Chunk[];
  readonly fills: readonly PlannedOperation[];
  readonly epoch: number;
  /** Each chunk is filled through it; it waits while the run is paused, and rests between two. */
  readonly inTurn: <T>(piece: () => Promise<T>) => Promise<T>;
  readonly note: (text: string) => void;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
};

/** Rows of a chunk are locked until it commits, and narrow ones are many. */
const CHUNK_ROWS_MAX = 5_000;

/** How much of a table is filled at a time: so many bytes, or fewer where these would be too many rows. */
export const fillBytes = ({estimatedRows, estimatedBytes}: Table, bytesMax: number): number => {
  const bytes = Math.ceil((CHUNK_ROWS_MAX * estimatedBytes) / Math.max(1, estimatedRows));
  return bytes > 0 ? Math.min(bytesMax, bytes) : bytesMax;
};

export const fillChunks = async (request: FillerRequest): Promise<{readonly rows: number; readonly chunks: number}> => {
  const {chunks, telemetry} = request;
  const open = chunks.filter(({done}) => !done);
  telemetry.gauge('chunksTotal', chunks.length);
  const tell = (done: number): void => {
    telemetry.gauge('chunksDone', done);
    telemetry.gauge('copiedShare', chunks.length === 0 ? 1 : done / chunks.length);
  };
  let rows = 0;
  for (const [filled, chunk] of open.entries()) {
    tell(chunks.length - open.length + filled);
    rows += await request.inTurn(() => fillChunk(request, chunk));
  }
  tell(chunks.length);
  return {rows, chunks: open.length};
};

const fillChunk = async ({database, tables, fills, epoch, note, signal}: FillerRequest, chunk: Chunk): Promise<number> => {
  const name = nameOf(chunk.table);
  const table = tables.find((one) => nameOf(one.name) === name);
  assert(table && database.alter, `chunk ${chunk.id} was planned for a table that can be changed in place`);
  const {rows} = await database.alter.fillChunk({
    table,
    chunk,
    fills: fills.filter((one) => tablesOf(one).some((filled) => nameOf(filled) === name)),
    epoch,
    note,
    signal,
  });
  return rows;
};
