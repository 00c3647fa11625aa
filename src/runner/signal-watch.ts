/** Operators' requests, as they appear in the journal; other processes write them there. */
import type {Entry, Journal, Signal} from '../journal/journal.ts';
import type {Clock} from '../model/effects.ts';

/** How long a request may lie unread. It bounds a person's wait, and nothing is proven by it. */
const LOOK_MS = 150;

export class SignalWatch {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(entry: Entry, signal: Signal) => void>();
  #seen: number;
  /** Rejects when the journal cannot be read any more. */
  readonly failed: Promise<never>;

  constructor(journal: Journal, clock: Clock, seen: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#seen = seen;
    this.failed = this.#look();
    this.failed.catch(() => undefined); // raced by the runner
  }

  onSignal(listener: (entry: Entry, signal: Signal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first of these signals among `earlier`, or the next one to come. */
  next(types: readonly Signal['type'][], earlier: readonly Signal[], abort: AbortSignal): Promise<Signal> {
    const known = earlier.find((signal) => types.includes(signal.type));
    if (known) return Promise.resolve(known);
    if (abort.aborted) return Promise.reject(abort.reason);
    return new Promise((resolve, reject) => {
      const forget = this.onSignal((_entry, signal) => {
        if (!types.includes(signal.type)) return;
        forget();
        resolve(signal);
      });
      abort.addEventListener('abort', () => (forget(), reject(abort.reason)), {once: true});
    });
  }

  async #look(): Promise<never> {
    while (!this.#stop.signal.aborted) {
      for (const entry of await this.#journal.entries(this.#seen)) {
        this.#seen = entry.seq;
        if (entry.fact.type === 'signal') for (const listener of [...this.#listeners]) listener(entry, entry.fact.signal);
      }
      await this.#clock.sleep(LOOK_MS, this.#stop.signal);
    }
    return new Promise<never>(() => {});
  }

  close(): void {
    this.#stop.abort();
  }
}
