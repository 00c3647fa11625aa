/**
 * `checksum`: every row of every table, by digests of key ranges. A clean range speaks for the rows that no event has
 * touched since it was read; what was touched later is the business of whoever asks again (freshness, the last look of
 * the cutover).
 */
import type {Digest, KeyRange} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Table} from '../model/table.ts';
import {compareRanges} from './compare-range.ts';
import {type Pass, withMemory} from './read-both.ts';
import {createTally, type CountedVerdict, reportOf} from './tally.ts';
import {verifyRows} from './changed-rows.ts';
import type {RowVerifier, Verifier, VerifyReport, VerifyRequest} from './verifier.ts';

export const checksum: Verifier & RowVerifier = {
  verify: (request) => withMemory(request, (pass) => verifyTables(request, pass)),
  verifyRows,
};

/** One range is read on one side while the other range is read on the other. */
const RANGES_AT_ONCE = 2;

const verifyTables = async (request: VerifyRequest, pass: Pass): Promise<VerifyReport> => {
  const verdicts: CountedVerdict[] = [];
  let rows = 0n;
  const compared = (more: bigint): void => {
    rows += more;
    request.progress(rows, verdicts.length);
  };
  const stop = new AbortController();
  const workers = Array.from({length: RANGES_AT_ONCE}, (): Worker => request.lane?.(stop.signal) ?? ((piece) => piece()));
  const each: Each = (items, act) => eachOf(workers, stop, items, act);
  for (const table of request.tables) verdicts.push(await verifyTable(pass, table, compared, each));
  return reportOf(verdicts, pass.effort);
};

const verifyTable = async (pass: Pass, table: Table, compared: (rows: bigint) => void, each: Each): Promise<CountedVerdict> => {
  assert(table.key.length > 0, 'a table without a key is refused before it is verified');
  const tally = createTally(table);
  let total: Digest = {count: 0n, sums: []};
  await each(await rangesOf(pass, table), async (ranges) => {
    const {digest, settled} = await compareRanges(pass, table, ranges);
    total = {count: total.count + digest.count, sums: digest.sums.map((sum, i) => sum + (total.sums[i] ?? 0n))};
    for (const one of settled) tally.add(one);
    compared(digest.count);
  });
  return tally.verdict(pass, {rows: total.count, checksum: hex(total)});
};

/**
 * While the sides are in use some rows of a large range change between its two reads, so the range differs. Read in so many parts
 * at once only a few of them do.
 */
const LIVE_PARTS = 40;

/** Ranges that are read at once. A gap between ranges would be reported as equal, so it is a bug wherever they come from (invariant 10). */
const rangesOf = async ({request, memory}: Pass, table: Table): Promise<readonly (readonly KeyRange[])[]> => {
  const parts = memory ? LIVE_PARTS : 1;
  const ranges = await request.from.source.planRanges(table, Math.ceil(request.chunkBytes / parts));
  const bounds = [undefined, ...ranges.map(({to}) => to)];
  const isWhole =
    ranges.length > 0 && bounds.at(-1) === undefined && ranges.every(({after}, i) => JSON.stringify(after) === JSON.stringify(bounds[i]));
  assert(isWhole, 'the planned ranges cover the whole table');
  return Array.from({length: Math.ceil(ranges.length / parts)}, (_, i) => ranges.slice(i * parts, (i + 1) * parts));
};

const hex = ({sums}: Digest): string => sums.map((sum) => BigInt.asUintN(64, sum).toString(16).padStart(16, '0')).join('');

type Worker = <T>(piece: () => Promise<T>) => Promise<T>;
type Each = (pieces: Awaited<ReturnType<typeof rangesOf>>, act: (ranges: readonly KeyRange[]) => Promise<void>) => Promise<void>;

/** After a failure nothing new is begun, and what has begun is awaited: no read outlives the pass. */
const eachOf = async <T>(
  workers: readonly Worker[],
  stop: AbortController,
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> => {
  const queue = items.values();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    stop.abort();
  };
  const work = async (inTurn: Worker): Promise<void> => {
    for (const item of queue) {
      if (failures.length) return;
      await inTurn(() => act(item)).catch(fail);
    }
  };
  await Promise.all(workers.map(work));
  if (failures.length) throw failures[0];
};
