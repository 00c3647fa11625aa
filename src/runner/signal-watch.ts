/** Operators' requests, as they appear in the journal; other processes write them there. */
import type {Entry, HeardSignal, Journal, Signal} from '../journal/journal.ts';
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

  /**
   * The first of these signals after entry `after`: one that `earlier` answers, or the next one to come. Listens before it
   * looks back, so that none falls between the two.
   */
  async next(
    types: readonly Signal['type'][],
    earlier: () => Promise<readonly HeardSignal[]>,
    abort: AbortSignal,
    after = 0,
  ): Promise<HeardSignal> {
    abort.throwIfAborted();
    const isWanted = ({seq, signal}: HeardSignal): boolean => seq > after && types.includes(signal.type);
    const over = new AbortController();
    const coming = this.#coming(isWanted, AbortSignal.any([abort, over.signal]));
    coming.catch(() => undefined); // raced below
    try {
      const known = (await Promise.race([earlier(), coming.then((heard) => [heard])])).find(isWanted);
      return known ?? (await coming);
    } finally {
      over.abort();
    }
  }

  #coming(isWanted: (heard: HeardSignal) => boolean, abort: AbortSignal): Promise<HeardSignal> {
    return new Promise((resolve, reject) => {
      const forget = this.onSignal(({seq, at}, signal) => {
        if (!isWanted({seq, at, signal})) return;
        forget();
        resolve({seq, at, signal});
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
