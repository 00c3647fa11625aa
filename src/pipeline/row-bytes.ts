/** About how much memory a row takes: what bounds the rows held before they are written. */
import type {Row} from '../model/change.ts';

export const bytesOf = (row: Row): number => {
  let bytes = 0;
  for (const name in row) bytes += row[name]?.length ?? 0;
  return bytes;
};

const ROWS_HELD_MAX = 20_000;
const BYTES_HELD_MAX = 64 * 1024 * 1024;

/** Time to write what is held, inside the transaction that is open on the receiving side. */
export const isFull = (rows: number, bytes: number): boolean => rows >= ROWS_HELD_MAX || bytes >= BYTES_HELD_MAX;
