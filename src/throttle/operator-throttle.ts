/** What the operator asked for with `throttle`, `unthrottle` and `set`. A new request wakes whoever rests because of the last. */
import type {Clock} from '../model/effects.ts';
import type {ThrottledWork, Tuning} from '../model/tuning.ts';
import type {Throttle, Work} from './throttle.ts';

/** One sleep; who has to rest for longer sleeps again. Timers hold no more than 24 days. */
const SLEEP_MS_MAX = 3_600_000;

export class OperatorThrottle implements Throttle {
  #tuning: Tuning;
  #changed = new AbortController();

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  set tuning(tuning: Tuning) {
    this.#tuning = tuning;
    const before = this.#changed;
    this.#changed = new AbortController();
    before.abort();
  }

  parallel(planned: number): number {
    return this.#tuning.parallel ?? planned;
  }

  chunkBytes(): number | undefined {
    return this.#tuning.chunkBytes;
  }

  async rest(work: Work, lastMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const began = clock.monotonicMs();
    while (!signal.aborted) {
      const restMs = restOf(this.#tuning.throttle[KIND[work]], lastMs) - (clock.monotonicMs() - began);
      if (restMs <= 0) return;
      await clock.sleep(Math.min(restMs, SLEEP_MS_MAX), AbortSignal.any([signal, this.#changed.signal]));
    }
  }
}

const KIND: Readonly<Record<Work, ThrottledWork>> = {copy: 'copy', backfill: 'copy', verify: 'verify'};

/** So long that work and rest together have the share that was asked for. */
const restOf = (percent: number, lastMs: number): number => (percent >= 100 ? Infinity : (lastMs * percent) / (100 - percent));
