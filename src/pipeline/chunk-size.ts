import type {Table} from '../model/table.ts';

/** Below this a chunk's own cost, a connection and a commit, begins to show. */
const CHUNK_BYTES_MIN = 4 * 1024 * 1024;
/** The last chunks of a load end at about the same time when there are a few for each connection. */
const CHUNKS_PER_CONNECTION = 2;

/**
 * Bytes of a chunk of these tables: what the plan says, or less where the tables are so small that connections would have
 * nothing to do. A comparison profits too: while one range is read on one side, another is read on the other.
 */
export const chunkBytesFor = (
  tables: readonly Pick<Table, 'estimatedBytes'>[],
  load: {readonly parallel: number; readonly chunkBytes: number},
): number => {
  const total = tables.reduce((sum, table) => sum + table.estimatedBytes, 0);
  return Math.min(load.chunkBytes, Math.max(CHUNK_BYTES_MIN, Math.ceil(total / (load.parallel * CHUNKS_PER_CONNECTION))));
};
