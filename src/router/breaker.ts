/** Lets reads to a side rest that has failed several times in a row, so that nobody waits for its errors. */
import {monotonicMs} from './clock.ts';

const FAILURES_MAX = 5;
const REST_MS = 5000;

export class Breaker {
  #failures = 0;
  #closedAtMs = 0;
  readonly #now: () => number;

  constructor(now: () => number = monotonicMs) {
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#now() < this.#closedAtMs;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** After its rest one failure is enough to open it again: the count stands until something succeeds. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) this.#closedAtMs = this.#now() + REST_MS;
  }
}
