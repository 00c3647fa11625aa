/** One range of one table: its digests, and where they differ smaller ranges, and in the end single rows. */
import type {Digest, KeyRange} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';
import {type Pass, readBoth} from './read-both.ts';
import {differingKeys} from './row-differences.ts';
import {settle, type Settled} from './settle.ts';

/** Row hashes fetched at once; a row hash costs three times a row's part in a digest. */
export const ROWS_PER_READ = 1_000;
/**
 * The same while the sides are in use: then most ranges differ for a moment, and what counts is the number of waits for
 * the stream, one per read.
 */
export const ROWS_PER_LIVE_READ = 50_000;
/** Parts of a range whose digests differ. Each costs a wait for the stream, fewer would cost another level of digests. */
const PARTS_MAX = 100;
/** The larger side is cut each time, so this is reached only where the two servers order keys differently. */
const DEPTH_MAX = 4;

/** The digest is the sending side's. `settled` is empty when the digests are equal. */
export const compareRange = async (
  pass: Pass,
  table: Table,
  range: KeyRange,
  depth = 0,
): Promise<{readonly digest: Digest; readonly settled: readonly Settled[]}> => {
  const {from, to} = await readBoth(pass, (compare, applied) => compare.digest(table, range, applied));
  if (isSame(from.digest, to.digest)) return {digest: from.digest, settled: []};
  const larger =
    from.digest.count >= to.digest.count
      ? {compare: pass.request.from.compare, rows: from.digest.count}
      : {compare: pass.request.to.compare, rows: to.digest.count};
  if (larger.rows <= BigInt(rowsPerRead(pass)) || depth >= DEPTH_MAX)
    return {digest: from.digest, settled: [await compareRows(pass, table, range)]};
  const settled: Settled[] = [];
  for (const smaller of await larger.compare.split(table, range, rowsPerPart(pass, larger.rows)))
    settled.push(...(await compareRange(pass, table, smaller, depth + 1)).settled);
  return {digest: from.digest, settled};
};

/** Rows that hash alike here are equal; the others are candidates, and `settle` decides. */
const compareRows = async (pass: Pass, table: Table, range: KeyRange): Promise<Settled> => {
  const {from, to} = await readBoth(pass, (compare, applied) => compare.rowDigests(table, range, applied));
  const candidates = differingKeys(from.rows, to.rows).map(({key}) => key);
  return settle(pass, table, candidates);
};

const rowsPerRead = (pass: Pass): number => (pass.memory ? ROWS_PER_LIVE_READ : ROWS_PER_READ);
const rowsPerPart = (pass: Pass, rows: bigint): number => Math.max(rowsPerRead(pass), Math.ceil(Number(rows) / PARTS_MAX));

const isSame = (a: Digest, b: Digest): boolean =>
  a.count === b.count && a.sums.length === b.sums.length && a.sums.every((sum, i) => sum === b.sums[i]);
