/** Ranges of one table: their digests, and where they differ smaller ranges, and in the end single rows. */
import type {Digest, KeyRange} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Table} from '../model/table.ts';
import {type Pass, readBoth} from './read-both.ts';
import {differingKeys} from './row-differences.ts';
import {settle, type Settled} from './settle.ts';

/** Row hashes fetched at once; a row hash costs three times a row's part in a digest. */
export const ROWS_PER_READ = 1_000;
/**
 * The same while the sides are in use: then neighbouring ranges differ for a moment, and what counts is the number of waits
 * for the stream, one per read.
 */
const ROWS_PER_LIVE_READ = 50_000;
/** Parts of a range whose digests differ; they are read in one statement. */
const PARTS_MAX = 100;
/** The larger side is cut each time, so this is reached only where the two servers order keys differently. */
const DEPTH_MAX = 4;

export type Compared = {readonly digest: Digest; readonly settled: readonly Settled[]};
type Differing = {readonly range: KeyRange; readonly from: bigint; readonly to: bigint};

/** Neighbours, in the order of their keys. The digest is the sending side's. `settled` is empty when all digests are equal. */
export const compareRanges = async (pass: Pass, table: Table, ranges: readonly KeyRange[], depth = 0): Promise<Compared> => {
  const {from, to} = await readBoth(pass, (compare, applied) => compare.digests(table, ranges, applied));
  const settled: Settled[] = [];
  for (const one of togetherRead(pass, differing(ranges, from.digests, to.digests))) {
    if (larger(one) <= rowsPerRead(pass) || depth >= DEPTH_MAX) settled.push(await compareRows(pass, table, one.range));
    else settled.push(...(await compareRanges(pass, table, await partsOf(pass, table, one), depth + 1)).settled);
  }
  return {digest: from.digests.reduce(sumOf), settled};
};

/** Rows that hash alike here are equal; the others are candidates, and `settle` decides. */
const compareRows = async (pass: Pass, table: Table, range: KeyRange): Promise<Settled> => {
  const {from, to} = await readBoth(pass, (compare, applied) => compare.rowDigests(table, range, applied));
  const candidates = differingKeys(from.rows, to.rows).map(({key}) => key);
  return settle(pass, table, candidates);
};

/** Undefined where the digests are equal. */
const differing = (ranges: readonly KeyRange[], from: readonly Digest[], to: readonly Digest[]): (Differing | undefined)[] =>
  ranges.map((range, i) => {
    const [a, b] = [from[i], to[i]];
    assert(a && b, 'there is a digest for each range');
    return isSame(a, b) ? undefined : {range, from: a.count, to: b.count};
  });

/** Ranges that differ and touch each other are read as one, as far as their rows may be read at once. */
const togetherRead = (pass: Pass, found: readonly (Differing | undefined)[]): Differing[] => {
  const together: Differing[] = [];
  found.forEach((one, i) => {
    const last = found[i - 1] && together.at(-1);
    const both = one && last && {range: {after: last.range.after, to: one.range.to}, from: last.from + one.from, to: last.to + one.to};
    if (both && larger(both) <= rowsPerRead(pass)) together.splice(-1, 1, both);
    else if (one) together.push(one);
  });
  return together;
};

const partsOf = (pass: Pass, table: Table, one: Differing): Promise<KeyRange[]> => {
  const {from, to} = pass.request;
  return (one.from >= one.to ? from : to).compare.split(table, one.range, rowsPerPart(pass, larger(one)));
};

const larger = ({from, to}: Differing): number => Number(from >= to ? from : to);
const rowsPerRead = (pass: Pass): number => (pass.memory ? ROWS_PER_LIVE_READ : ROWS_PER_READ);
const rowsPerPart = (pass: Pass, rows: number): number => Math.max(rowsPerRead(pass), Math.ceil(rows / PARTS_MAX));

const sumOf = (a: Digest, b: Digest): Digest => ({count: a.count + b.count, sums: a.sums.map((sum, i) => sum + (b.sums[i] ?? 0n))});

const isSame = (a: Digest, b: Digest): boolean =>
  a.count === b.count && a.sums.length === b.sums.length && a.sums.every((sum, i) => sum === b.sums[i]);
