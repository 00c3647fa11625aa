/**
 * Copies every open chunk, several at a time, each in a short transaction of its own on either side (R2-R4). Called by
 * the initial load; killed anywhere, the next run repeats the open chunks only.
 */
import type {BulkFormat, Chunk, Database} from '../engine/engine.ts';
import type {Row} from '../model/change.ts';
import {nameOf, writtenColumns, type Table} from '../model/table.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';

export type CopyRequest = {
  readonly from: Database;
  readonly to: Database;
  readonly mappings: readonly TableMapping[];
  /** Of the receiving side's tables; a range says the same on both sides, because keys do. */
  readonly chunks: readonly Chunk[];
  readonly epoch: number;
  readonly parallel: number;
  /** Waits here while the run is paused. */
  readonly pausePoint: (where: string) => Promise<void>;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
};

export const copyChunks = async (
  request: CopyRequest,
): Promise<{readonly rows: number; readonly bytes: number; readonly chunks: number}> => {
  const open = request.chunks.filter((chunk) => !chunk.done);
  const total = {rows: 0, bytes: 0, chunks: 0};
  const next = open.values();
  const stop = new AbortController();
  const worker = async (): Promise<void> => {
    for (const chunk of next) {
      await request.pausePoint('between chunks');
      request.signal.throwIfAborted();
      if (stop.signal.aborted) return;
      const loaded = await copyChunk(request, chunk);
      total.rows += loaded.rows;
      total.bytes += loaded.bytes;
      total.chunks++;
      report(request, total);
    }
  };
  const workers = Array.from({length: Math.min(request.parallel, Math.max(1, open.length))}, () =>
    worker().catch((error: unknown) => (stop.abort(), Promise.reject(error))),
  );
  const results = await Promise.allSettled(workers);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return total;
};

const copyChunk = async ({from, to, mappings, epoch}: CopyRequest, chunk: Chunk): Promise<{rows: number; bytes: number}> => {
  const mapping = mappings.find((one) => nameOf(one.to.name) === nameOf(chunk.table));
  if (!mapping) throw new Error(`chunk ${chunk.id} is of ${nameOf(chunk.table)}, which is not in the scope any more`);
  const table = mapping.writes;
  const format = bulkFormat(table);
  const copy = mapping.isPlain
    ? await from.source.copyOut(mapping.reads, chunk.range, format)
    : await copyThrough(mapping, from, to, chunk);
  const end = async () => {
    await copy.done();
    return from.source.mark(`chunk ${chunk.id}`); // after the read has returned, and durable: R2, R3
  };
  return to.target.loadChunk({table, chunk, epoch, format, input: copy.stream, end});
};

/** Only rows whose values change pass through this process as values; all others are bytes. */
const copyThrough = async (mapping: TableMapping, from: Database, to: Database, chunk: Chunk) => {
  const {rows, done} = await from.source.copyRows(mapping.reads, chunk.range);
  return {stream: to.target.bulkOf(mapping.writes, mapped(rows, mapping)), done};
};

async function* mapped(batches: AsyncIterable<readonly Row[]>, mapping: TableMapping): AsyncGenerator<readonly Row[]> {
  for await (const batch of batches) yield batch.map((row) => mapping.row(row));
}

/** Binary is half the work for both servers, where it means the same to both. */
const bulkFormat = (table: Table): BulkFormat => (writtenColumns(table).every((column) => column.portableBinary) ? 'binary' : 'text');

const report = ({telemetry, chunks}: CopyRequest, total: {readonly rows: number; readonly chunks: number}): void => {
  telemetry.gauge('rowsCopied', total.rows);
  telemetry.gauge('chunksDone', chunks.filter((chunk) => chunk.done).length + total.chunks);
  telemetry.gauge('chunksTotal', chunks.length);
};
