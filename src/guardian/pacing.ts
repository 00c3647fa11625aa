/** The guardian's throttle: work waits for as long as a server has no room for it, and goes on by itself. */
import type {Clock} from '../model/effects.ts';
import type {Throttle, Work} from '../throttle/throttle.ts';

/** Who waits looks again after so long, however it is woken. */
const SLEEP_MS = 60_000;

export type Holds = {readonly copy: boolean; readonly verify: boolean};

export class Pacing implements Throttle {
  #holds: Holds = {copy: false, verify: false};
  #changed = new AbortController();

  set holds(holds: Holds) {
    const before = this.#changed;
    this.#holds = holds;
    this.#changed = new AbortController();
    before.abort();
  }

  get holds(): Holds {
    return this.#holds;
  }

  parallel(planned: number): number {
    return planned;
  }

  async rest(work: Work, _lastMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (work === 'verify' ? this.#holds.verify : this.#holds.copy))
      await clock.sleep(SLEEP_MS, AbortSignal.any([signal, this.#changed.signal]));
  }
}
