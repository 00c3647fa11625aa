/** Pause, resume, abort and stop, as one thing that everything waits with. */
import {Waiting} from './waiting-room.ts';

/** The run is to stop at once; what was being done is resumed or undone later. Not an error. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Interruption {
  readonly #controller = new AbortController();
  readonly #room = new Waiting();
  readonly #asked = new Waiting();
  /** Several copies may stand at a pause at the same time; it is one pause. */
  #standing = 0;
  #isPaused = false;
  #onPause: (isPaused: boolean, where: string) => Promise<void> = async () => {};
  isAbortAsked = false;
  /** How many have been asked for: what was measured before one says nothing after it. */
  pauses = 0;
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
    if (isPaused && !this.#isPaused) this.pauses += 1;
    this.#isPaused = isPaused;
    if (isPaused) this.#asked.leave();
    else this.#room.leave();
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  /** A safe point: returns at once, or when the pause is over. */
  async pausePoint(where: string): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.#isPaused) return;
    if (this.#standing++ === 0) await this.#onPause(true, where);
    while (this.#isPaused) await Promise.race([this.#room.untilLeft(), this.stopped]);
    if (--this.#standing === 0) await this.#onPause(false, where);
  }

  /** Waits for `work` and takes a pause whenever one is asked for meanwhile; an answer that came during it is given after it. */
  async pausable<T>(where: string, work: Promise<T>): Promise<T> {
    const done = work.then((value) => ({value}));
    done.catch(() => undefined); // awaited below, unless the pause is broken off first
    for (;;) {
      await this.pausePoint(where);
      const asked = this.#asked.untilLeft();
      if (this.#isPaused) continue; // asked for between the two lines above
      const answer = await Promise.race([done, asked]);
      if (answer) return answer.value;
    }
  }
}
