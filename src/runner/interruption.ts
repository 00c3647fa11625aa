/** Pause, resume, abort and stop, as one thing that everything waits with. */
import {Waiting} from './waiting-room.ts';

/** The run is to stop at once; what was being done is resumed or undone later. Not an error. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Interruption {
  readonly #controller = new AbortController();
  readonly #room = new Waiting();
  #isPaused = false;
  #onPause: (isPaused: boolean, where: string) => Promise<void> = async () => {};
  isAbortAsked = false;
  reason: Stopped | undefined;
  /** Rejects when the run is to stop. */
  readonly stopped: Promise<never>;

  constructor() {
    this.stopped = new Promise<never>((_, reject) => this.signal.addEventListener('abort', () => reject(this.signal.reason), {once: true}));
    this.stopped.catch(() => undefined); // raced by the runner
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Called when a pause begins to hold somebody up, and when it ends. */
  onPause(listener: (isPaused: boolean, where: string) => Promise<void>): void {
    this.#onPause = listener;
  }

  stop(why: string): void {
    this.reason ??= new Stopped(why);
    this.#controller.abort(this.reason);
  }

  /** The current phase is cancelled; the runner then undoes what was done. */
  abort(): void {
    this.isAbortAsked = true;
    this.stop('abort was asked for');
  }

  set paused(isPaused: boolean) {
    this.#isPaused = isPaused;
    if (!isPaused) this.#room.leave();
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  /** A safe point: returns at once, or when the pause is over. */
  async pausePoint(where: string): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.#isPaused) return;
    await this.#onPause(true, where);
    while (this.#isPaused) await Promise.race([this.#room.untilLeft(), this.stopped]);
    await this.#onPause(false, where);
  }
}
