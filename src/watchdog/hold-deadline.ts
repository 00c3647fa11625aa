/** When a watchdog ends an attempt: by its own clock and by the server's, whichever is first (K1, H-76). */
import type {Clock} from '../model/effects.ts';
import type {FenceRow} from '../model/fence-row.ts';

/**
 * Of an attempt that has not raised its fence, the time it is given (`armMs`); then the row's own. Somebody may set the
 * server's clock back, before the row is first seen or after, and nobody may be held for so much longer: `holdMs` from the
 * first sight is the most.
 */
export class HoldDeadline {
  readonly #clock: Clock;
  readonly #holdMs: number;
  #atMs: number;
  #isOfRow = false;

  constructor(clock: Clock, {armMs, holdMs}: {readonly armMs: number; readonly holdMs: number}) {
    this.#clock = clock;
    this.#holdMs = holdMs;
    this.#atMs = clock.monotonicMs() + armMs;
  }

  hasPassed(row: FenceRow | undefined): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (row && !this.#isOfRow) this.#atMs = nowMs + Math.min(row.remainingMs, this.#holdMs);
    this.#isOfRow ||= row !== undefined;
    return nowMs > this.#atMs || (row !== undefined && row.remainingMs < 0);
  }
}
