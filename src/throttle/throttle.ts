/**
 * When to slow down work that can wait. Asked between two pieces of a copy, a backfill or a comparison, never while
 * anything is locked and never in a cutover. It bounds what the application feels, and nothing is proven by it.
 */
import type {Clock} from '../model/effects.ts';

export type Work = 'copy' | 'backfill' | 'verify';

export interface Throttle {
  /** Returns when the next piece may begin, or at once when `signal` aborts. `lastMs`: how long the last one took, 0 before the first. */
  rest(work: Work, lastMs: number, clock: Clock, signal: AbortSignal): Promise<void>;
  /** How many pieces may be under way at the same time now, where the plan says `planned`. */
  parallel(planned: number): number;
}
