/**
 * When the copy will be done, as a band. Its middle is the speed of this run, of late more than of before; its width is how
 * much the speed has differed between parts of the time so far, so that a copy which goes in bursts, was throttled or grows
 * slower says how little is known. Measured on recorded copies by `test/eta`.
 */
import type {CopySample} from './telemetry.ts';

export type Band = {readonly lowMs: number; readonly highMs: number};

/** Kept of a copy; beyond that the older half is thinned out. */
const SAMPLES_MAX = 64;
const SAMPLES_MIN = 6;
/** Below this share of this run's own there is too little to go by. */
const SHARE_MIN = 0.01;
/** Of the time so far; the newest one tells the speed of late. */
const PARTS = 4;
/** How much that one counts beside all of the time. */
const LATE_WEIGHT = 0.8;
/**
 * Width to either side, as powers of e: that of a speed which never differed, what is added while all is still to come, and
 * for how much the parts differ. Narrower ones held the truth in fewer than nine of ten moments of the recorded copies.
 */
const WIDTH = 0.1;
const WIDTH_EARLY = 0.2;
const WIDTH_DEVIATION = 1.3;
/** A part that stood still counts as this share of the speed. */
const STANDSTILL = 0.2;
/** A sample is a second, and a chunk under way is not told. */
const GRAIN_MS = 1000;
/** A band whose high end is further from its low one says nothing. */
const RATIO_MAX = 5;

/** The samples with one more; the older they are, the further apart. */
export function withSample(samples: readonly CopySample[], sample: CopySample): readonly CopySample[] {
  const all = [...samples, sample];
  return all.length <= SAMPLES_MAX ? all : all.filter((_, i) => i % 2 === 0 || i >= SAMPLES_MAX / 2);
}

/**
 * From the newest sample on. Only what this run has copied counts for its speed. `undefined` while nobody can say: at the
 * begin, while nothing moves, while the speed differs too much, and when all is done.
 */
export function etaBand(samples: readonly CopySample[]): Band | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < SAMPLES_MIN) return undefined;
  const [before = NaN, now = NaN] = [first.copiedShare, last.copiedShare];
  const [own, left] = [now - before, 1 - now];
  if (!(own >= SHARE_MIN) || left <= 0) return undefined;
  const whole = own / (last.elapsedMs - first.elapsedMs);
  const speeds = partSpeeds(samples, first.elapsedMs, last.elapsedMs);
  const late = speeds.at(-1) ?? 0;
  if (!(late > 0)) return undefined;
  const middleMs = left / (late ** LATE_WEIGHT * whole ** (1 - LATE_WEIGHT));
  const differ = deviation(speeds.map((speed) => Math.log(Math.max(speed, whole * STANDSTILL))));
  const width = WIDTH + (WIDTH_EARLY * left) / (left + own) + WIDTH_DEVIATION * differ;
  if (Math.exp(2 * width) > RATIO_MAX) return undefined;
  return {lowMs: Math.max(0, middleMs * Math.exp(-width) - GRAIN_MS), highMs: middleMs * Math.exp(width) + GRAIN_MS};
}

/** Share per millisecond. */
function partSpeeds(samples: readonly CopySample[], fromMs: number, toMs: number): readonly number[] {
  const partMs = (toMs - fromMs) / PARTS;
  const shares = Array.from({length: PARTS + 1}, (_, i) => shareAt(samples, fromMs + i * partMs));
  return shares.slice(1).map((share, i) => (share - (shares[i] ?? NaN)) / partMs);
}

/** Between two samples, in proportion. */
function shareAt(samples: readonly CopySample[], ms: number): number {
  const next = samples.findIndex(({elapsedMs}) => elapsedMs >= ms);
  const [a, b] = [samples[next - 1], samples[next] ?? samples.at(-1)];
  const [from, to] = [a?.copiedShare, b?.copiedShare ?? NaN];
  if (!a || !b || from === undefined) return to;
  return from + ((to - from) * (ms - a.elapsedMs)) / (b.elapsedMs - a.elapsedMs);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
