/**
 * What a change stream has received and nobody has taken yet. Held by the stream of every engine; its socket is left alone
 * while this is full, so that a slow reader costs no memory.
 */
import type {StreamEvent} from '../model/change.ts';

export type Pausable = {pause(): void; resume(): void};

export class ReceivedEvents {
  readonly #socket: Pausable;
  readonly #sizeMax: number;
  #queue: StreamEvent[] = [];
  #size = 0;
  #isPaused = false;
  #failure: unknown;
  #wake: (() => void) | undefined;

  /** `sizeMax` in the units that `receive` is told. */
  constructor(socket: Pausable, sizeMax: number) {
    this.#socket = socket;
    this.#sizeMax = sizeMax;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Nothing is received any more, and nothing more has to be said. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** `read` appends the events of what came in, and answers how much it was. */
  receive(read: (queue: StreamEvent[]) => number): void {
    if (this.hasFailed) return;
    try {
      this.#size += read(this.#queue);
    } catch (error) {
      this.fail(error);
    }
    if (this.#size >= this.#sizeMax && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
    if (this.#queue.length) this.#wake?.();
  }

  /** The first reason stays. What was received before it is still handed out. */
  fail(error: unknown): void {
    this.#failure ??= error ?? new Error('the stream ended');
    this.#wake?.();
  }

  /** Everything since the last turn, at least one event; ends when `signal` aborts, throws what `broken` makes of a failure. */
  async *batches(signal: AbortSignal, broken: (cause: unknown) => Error): AsyncGenerator<readonly StreamEvent[]> {
    const onAbort = (): void => this.#wake?.();
    signal.addEventListener('abort', onAbort, {once: true});
    try {
      while (!signal.aborted) {
        if (this.#queue.length) yield this.#taken();
        else if (this.hasFailed) throw broken(this.#failure);
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #taken(): readonly StreamEvent[] {
    const events = this.#queue;
    this.#queue = [];
    this.#size = 0;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#socket.resume();
    }
    return events;
  }
}
