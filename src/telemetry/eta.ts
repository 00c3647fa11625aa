/** How far the copy was at one moment. */
export type CopySample = {readonly elapsedMs: number; readonly rowsCopied: number; readonly rowsTotal: number; readonly chunksDone: number; readonly chunksTotal: number};

/** Below this share there is too little to go by. */
const SHARE_MIN = 0.01;
/** Two halves of the samples that promise ends this far apart: it swings, and a guess would only mislead. */
const SWING_MAX = 1.5;
const SAMPLES_MIN = 3;

/**
 * Milliseconds until everything is copied, by the speed of the recent samples only: what an earlier run copied took
 * none of this run's time. `undefined` while nobody can say.
 */
export function etaMs(samples: readonly CopySample[], rowsTotal: number | undefined): number | undefined {
  const [first, middle, last] = [samples[0], samples[Math.floor(samples.length / 2)], samples.at(-1)];
  if (samples.length < SAMPLES_MIN || first === undefined || middle === undefined || last === undefined) return undefined;
  if (rowsTotal === undefined || rowsTotal <= 0 || last.rowsCopied / rowsTotal < SHARE_MIN) return undefined;
  const [early, late] = [speed(first, middle), speed(middle, last)];
  if (!(Math.min(early, late) > 0) || !(Math.max(early, late) / Math.min(early, late) <= SWING_MAX)) return undefined;
  return Math.max(0, rowsTotal - last.rowsCopied) / speed(first, last);
}

/** Rows per millisecond; NaN when no time has passed. */
const speed = (from: CopySample, to: CopySample) => (to.rowsCopied - from.rowsCopied) / (to.elapsedMs - from.elapsedMs);
