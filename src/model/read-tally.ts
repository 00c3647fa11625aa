import {isRecord} from './is-record.ts';

/** What became of the reads of one router under one route: reported by routers, read by the runner. Interface between versions. */
export type ReadTally = {
  /** Tried on both sides, with the same answer. */
  readonly equal: number;
  /** Tried on both sides, and certainly not the same. */
  readonly differing: number;
  /** Nothing could be said: the answer of the source was another one each time, or the two cannot be compared for certain. */
  readonly unsettled: number;
  /** Why the last of them was not settled, without a value. */
  readonly unsettledWhy?: string;
  /** The target had not yet what this router has written: the source answered, or nothing was compared. */
  readonly behind: number;
  /** The target gave an error, or no answer in time, where the source gave one. */
  readonly failed: number;
  /** Answered by the target. */
  readonly served: number;
  /** How often an answer took as long as `MS_BOUNDS` says, by place; the last place is whatever took longer. */
  readonly sourceMs: readonly number[];
  readonly targetMs: readonly number[];
  /** Some of those that differ: the statement without its values, and how the answers differ. */
  readonly samples: readonly ReadDifference[];
};

/** Never a value of a row, and none of a statement. */
export type ReadDifference = {
  readonly statement: string;
  readonly columns: readonly string[];
  readonly rows: {readonly source: number; readonly target: number};
};

export const MS_BOUNDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export const NO_READS: ReadTally = {
  equal: 0,
  differing: 0,
  unsettled: 0,
  behind: 0,
  failed: 0,
  served: 0,
  sourceMs: [],
  targetMs: [],
  samples: [],
};

const SAMPLES_MAX = 5;

export const addReads = (a: ReadTally, b: ReadTally): ReadTally => ({
  equal: a.equal + b.equal,
  differing: a.differing + b.differing,
  unsettled: a.unsettled + b.unsettled,
  behind: a.behind + b.behind,
  failed: a.failed + b.failed,
  served: a.served + b.served,
  sourceMs: addPlaces(a.sourceMs, b.sourceMs),
  targetMs: addPlaces(a.targetMs, b.targetMs),
  samples: [...a.samples, ...b.samples].slice(0, SAMPLES_MAX),
  ...lastReason(b.unsettledWhy ?? a.unsettledWhy),
});

const lastReason = (unsettledWhy: string | undefined) => (unsettledWhy === undefined ? {} : {unsettledWhy});

/** One more answer that took so long. */
export const timed = (ms: number): readonly number[] => {
  const found = MS_BOUNDS.findIndex((bound) => ms <= bound);
  const place = found < 0 ? MS_BOUNDS.length : found;
  return Array.from({length: place + 1}, (_, i) => (i === place ? 1 : 0));
};

/** The bound below which this share of the answers stayed; undefined without answers, Infinity past the last bound. */
export const quantile = (places: readonly number[], share: number): number | undefined => {
  const all = places.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let seen = 0;
  const place = places.findIndex((count) => (seen += count) >= share * all);
  return MS_BOUNDS[place] ?? Infinity;
};

const addPlaces = (a: readonly number[], b: readonly number[]): readonly number[] =>
  Array.from({length: Math.max(a.length, b.length)}, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));

/** As a router has reported it. One of another version may not know all of it; whatever is no report is a read that was not settled. */
export const tallyOf = (text: string): ReadTally => {
  const told: unknown = JSON.parse(text);
  if (isReport(told)) return addReads(NO_READS, {...NO_READS, ...told});
  // What would end the reads counts all the same.
  const proven = Object.fromEntries(['differing', 'failed'].map((name) => [name, isRecord(told) && isCount(told[name]) ? told[name] : 0]));
  return {...NO_READS, ...proven, unsettled: 1, unsettledWhy: 'a router sends what is no report'};
};

const isReport = (told: unknown): told is Partial<ReadTally> =>
  isRecord(told) && !Array.isArray(told) && Object.entries(FITS).every(([name, fits]) => told[name] === undefined || fits(told[name]));

type Fits = (value: unknown) => boolean;
const isCount: Fits = (value) => typeof value === 'number' && value >= 0;
const isText: Fits = (value) => typeof value === 'string';
const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const isDifference: Fits = (value) =>
  isRecord(value) &&
  isText(value['statement']) &&
  listOf(isText)(value['columns']) &&
  isRecord(value['rows']) &&
  [value['rows']['source'], value['rows']['target']].every(isCount);

const FITS: {readonly [name in keyof ReadTally]-?: Fits} = {
  equal: isCount,
  differing: isCount,
  unsettled: isCount,
  unsettledWhy: isText,
  behind: isCount,
  failed: isCount,
  served: isCount,
  sourceMs: listOf(isCount),
  targetMs: listOf(isCount),
  samples: listOf(isDifference),
};
