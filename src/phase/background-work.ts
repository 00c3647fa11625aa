/** Work that goes on beside the phases, again and again, and stands still while a cutover is attempted. */
import type {Clock} from '../model/effects.ts';

export class BackgroundWork {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #interrupt = new AbortController();
  #still = 0;

  /** `failed` is told of every failure that no interruption explains; the work is tried again. */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** `act` ends soon after its signal aborts, one way or the other. */
  repeat(everyMs: number, signal: AbortSignal, act: (signal: AbortSignal) => Promise<void>): void {
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    void this.#loop(everyMs, stop, act);
  }

  /** What is under way ends by itself, at the latest with its connections. */
  stop(): void {
    this.#stop.abort();
  }

  /** What is under way is broken off and awaited, and nothing begins before `act` is over. */
  async whileStill<T>(act: () => Promise<T>): Promise<T> {
    this.#still++;
    this.#interrupt.abort();
    try {
      await Promise.all(this.#running);
      return await act();
    } finally {
      if (--this.#still === 0) this.#interrupt = new AbortController();
    }
  }

  async #loop(everyMs: number, stop: AbortSignal, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!stop.aborted) {
      if (this.#still === 0) await this.#once(AbortSignal.any([stop, this.#interrupt.signal]), act);
      await this.#clock.sleep(everyMs, stop);
    }
  }

  async #once(signal: AbortSignal, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = act(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#failed(error);
    });
    this.#running.add(running);
    await running;
    this.#running.delete(running);
  }
}
