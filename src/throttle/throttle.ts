/**
 * When to slow down work that can wait. Asked between two chunks of a backfill, never while anything is locked. It
 * bounds what the application feels, and nothing is proven by it.
 */
import type {Clock} from '../model/effects.ts';

export interface Throttle {
  /** Returns when the next chunk may begin, or at once when `signal` aborts. `lastMs`: how long the last one took. */
  rest(lastMs: number, clock: Clock, signal: AbortSignal): Promise<void>;
}
