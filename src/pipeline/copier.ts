/**
 * Copies every open chunk, several at a time, each in a short transaction of its own on either side (R2-R4). Called by
 * the initial load; killed anywhere, the next run repeats the open chunks only.
 */
import type {BulkFormat, Chunk, Database} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Row} from '../model/change.ts';
import {nameOf, writtenColumns, type Table, type TableName} from '../model/table.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {ChunkQueue, cutAnew} from './chunk-queue.ts';
import {CopiedShare} from './copied-share.ts';

export type CopyRequest = {
  readonly from: Database;
  readonly to: Database;
  readonly mappings: readonly TableMapping[];
  /** Of the receiving side's tables, with ranges of the sending one, which alone is read by them. */
  readonly chunks: readonly Chunk[];
  readonly epoch: number;
  /** How many at the same time; asked between chunks, because an operator may change it. */
  readonly parallel: () => number;
  /** The size of those that nobody has begun, where an operator wants another one than was planned. */
  readonly chunkBytes?: () => number | undefined;
  /** Each worker does its chunks through one of its own, which waits while the run is paused or throttled, until `stop`. */
  readonly lane: (stop: AbortSignal) => <T>(piece: () => Promise<T>) => Promise<T>;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
};

export const copyChunks = async (
  request: CopyRequest,
): Promise<{readonly rows: number; readonly bytes: number; readonly chunks: number}> => {
  const mappings = new Map(request.mappings.map((mapping) => [nameOf(mapping.to.name), mapping]));
  const mappingOf = (name: TableName): TableMapping => {
    const mapping = mappings.get(nameOf(name));
    if (!mapping) throw new Error(`a chunk is of ${nameOf(name)}, which is not in the scope any more`);
    return mapping;
  };
  const {chunkBytes} = request;
  const reads = (name: TableName): Table => mappingOf(name).reads;
  const queue = new ChunkQueue(
    request.chunks,
    chunkBytes && {wanted: chunkBytes, cut: (open, bytes) => cutAnew({...request, reads}, open, bytes)},
  );
  const total = {rows: 0, bytes: 0, chunks: 0};
  const share = new CopiedShare(request.chunks, (name) => reads(name).estimatedBytes);
  const report = reporting(request, queue, share);
  report(total);
  await eachOf(queue, request, async (chunk) => {
    const loaded = await copyChunk(request, chunk, mappingOf(chunk.table));
    total.rows += loaded.rows;
    total.bytes += loaded.bytes;
    total.chunks++;
    queue.done(chunk);
    share.done(chunk.table, queue.leftOf(chunk.table));
    report(total);
  });
  // So many it was, whatever the servers had estimated.
  request.telemetry.gauge('rowsTotal', rowsOf(request.chunks.filter(({done}) => done)) + total.rows);
  return total;
};

/**
 * As many workers as may be at the same time. One that has done a chunk looks whether there should be more of them, or
 * fewer; after a failure nothing new is begun, and what has begun is awaited.
 */
const eachOf = async (
  queue: ChunkQueue,
  {parallel, lane}: Pick<CopyRequest, 'parallel' | 'lane'>,
  copy: (chunk: Chunk) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = [];
  const stop = new AbortController();
  const workers: Promise<void>[] = [];
  let atWork = 0;
  const isMore = (): boolean => !queue.isEmpty && failures.length === 0;
  const fail = (error: unknown): void => {
    failures.push(error);
    stop.abort();
  };
  const hire = (): void => {
    for (; isMore() && atWork < parallel(); atWork++) workers.push(work());
  };
  const work = async (): Promise<void> => {
    const inTurn = lane(stop.signal);
    do {
      await inTurn(async () => {
        const chunk = isMore() ? await queue.next() : undefined;
        if (chunk) await copy(chunk);
      }).catch(fail);
      hire();
    } while (isMore() && atWork <= parallel());
    atWork--; // in the same turn as the look, or too many would leave
  };
  hire();
  for (const worker of workers) await worker; // those hired meanwhile as well
  if (failures.length > 0) throw failures[0];
  assert(queue.isEmpty, 'every chunk was copied');
};

const copyChunk = async ({from, to, epoch}: CopyRequest, chunk: Chunk, mapping: TableMapping): Promise<{rows: number; bytes: number}> => {
  const table = mapping.writes;
  const format = bulkFormat(table);
  const copy = mapping.isPlain
    ? await from.source.copyOut(mapping.reads, chunk.range, format)
    : await copyThrough(mapping, from, to, chunk);
  const end = async (bytes: number) => {
    await copy.done();
    await from.source.refuseLargeValues?.(mapping.reads, chunk.range, bytes);
    return from.source.mark(`chunk ${chunk.id}`); // after the read has returned, and durable: R2, R3
  };
  return to.target.loadChunk({table, chunk, epoch, format, input: copy.stream, end});
};

/** Only rows whose values change pass through this process as values; all others are bytes. */
const copyThrough = async (mapping: TableMapping, from: Database, to: Database, chunk: Chunk) => {
  const {carried} = mapping;
  if (carried && from.source.copyCarried) return from.source.copyCarried(mapping.reads, chunk.range, carried);
  const {rows, done} = await from.source.copyRows(mapping.reads, chunk.range);
  return {stream: to.target.bulkOf(mapping.writes, mapped(rows, mapping)), done};
};

async function* mapped(batches: AsyncIterable<readonly Row[]>, mapping: TableMapping): AsyncGenerator<readonly Row[]> {
  for await (const batch of batches) yield batch.map((row) => mapping.row(row));
}

/** Binary is half the work for both servers, where it means the same to both. */
export const bulkFormat = (table: Table): BulkFormat =>
  writtenColumns(table).every((column) => column.portableBinary) ? 'binary' : 'text';

/** What earlier runners copied counts too; told before the first chunk, so that it is nobody's speed. */
const reporting = (
  {telemetry, chunks}: CopyRequest,
  queue: ChunkQueue,
  copied: CopiedShare,
): ((total: {readonly rows: number; readonly chunks: number}) => void) => {
  const before = chunks.filter((chunk) => chunk.done);
  const rowsBefore = rowsOf(before);
  return (total) => {
    telemetry.gauge('rowsCopied', rowsBefore + total.rows);
    telemetry.gauge('chunksDone', before.length + total.chunks);
    telemetry.gauge('chunksTotal', before.length + queue.total);
    telemetry.gauge('copiedShare', copied.share);
  };
};

const rowsOf = (chunks: readonly Chunk[]): number => chunks.reduce((rows, chunk) => rows + (chunk.rows ?? 0), 0);

/** For a run that is taken up after its copy, which then has no total but what it was. */
export const tellCopied = (telemetry: Telemetry, chunks: readonly Chunk[]): void => {
  if (chunks.length === 0 || !chunks.every(({done}) => done)) return;
  telemetry.gauge('rowsCopied', rowsOf(chunks));
  telemetry.gauge('rowsTotal', rowsOf(chunks));
  telemetry.gauge('chunksDone', chunks.length);
  telemetry.gauge('chunksTotal', chunks.length);
  telemetry.gauge('copiedShare', 1);
};
