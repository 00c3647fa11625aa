import type {Throttle} from './throttle.ts';

/** A chunk that took this long or longer met a busy server; waiting longer still would only make the backfill endless. */
const REST_MS_MAX = 2_000;

/** Half of the time belongs to the application: a backfill rests as long as its last chunk took, so a busy server slows us down by itself. */
export const dutyCycle: Throttle = {
  rest: (work, lastMs, clock, signal) => (work === 'backfill' ? clock.sleep(Math.min(lastMs, REST_MS_MAX), signal) : Promise.resolve()),
  parallel: (planned) => planned,
};
