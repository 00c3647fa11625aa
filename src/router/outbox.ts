/**
 * The tokens of dual writes. Each write of this router raises one row of the outbox in its own transaction, so the change
 * stream carries write and token in one commit: a side that shows the token shows everything that was committed before
 * it. A token that cannot be written is no reason to fail a write; then only the source answers, until there is one that
 * was written after it.
 */
import {after, identity, monotonicMs} from './clock.ts';
import type {Token, Tokens} from './dual-side.ts';
import {outcomeOf} from './outcome.ts';
import {errorText} from '../model/errors.ts';

/** Between two tries at a token behind all others: while a write is under way that leaves none, and when none could be written. */
const TRY_EVERY_MS = {untold: 100, failed: 1000} as const;
/** How often the target is asked for tokens that it has not yet. */
const LOOK_MS = 20;

/** Raises a token in the transaction of a write, as the side that is open does it. */
export type Raise = (token: Token) => Promise<bigint | undefined>;

/** One write under way: `record` is called last in its transaction, `end` when it is known how that ended. */
export type Write = {record(raise: Raise): Promise<void>; end(error?: unknown): void};

/** After this long what a router has written is asked for by whoever reads, his own or not. */
const OLD_MS = 500;

export type OutboxCalls = {
  /** Whether writes leave tokens now, and under which epoch; undefined while they do not. */
  readonly epoch: () => number | undefined;
  /** In a transaction of its own, on the side that is open. */
  readonly raise: (token: Token) => Promise<bigint>;
};

export class Outbox {
  readonly router = identity();
  /** Why no token can be written; for `state()`. */
  problem: string | undefined;
  readonly #calls: OutboxCalls;
  readonly #free: number[] = [];
  /** Of writes whose answer was lost. */
  readonly #inDoubt: number[] = [];
  readonly #settling = {isRunning: false, againMs: 0};
  #places = 0;
  /** By place, the highest number that has been asked for or answered. */
  readonly #highest: Tokens = new Map();
  readonly #tokens: Tokens = new Map();
  /** As `#tokens` was a while ago, and a while before that. */
  #aging: {readonly young: Tokens; readonly old: Tokens; readonly sinceMs: number} = {
    young: new Map(),
    old: new Map(),
    sinceMs: monotonicMs(),
  };
  /** Behind every write that left no token. */
  #barrier: Tokens = new Map();
  /** Writes under way that leave no token, and how many there were. */
  #untold = {running: 0, ever: 0};
  #isWhole = false;
  #trying: Promise<Tokens | undefined> | undefined;
  #tryAgainMs = 0;

  constructor(calls: OutboxCalls) {
    this.#calls = calls;
  }

  /** `mine`: gets the token as well. */
  write(mine?: Tokens): Write {
    const place = this.#take();
    let [token, isUntold] = [undefined as bigint | undefined, false];
    const untold = (): void => {
      if (!isUntold) this.#leaveUntold(1);
      isUntold = true;
    };
    return {
      record: async (raise) => {
        token = undefined;
        const epoch = this.#calls.epoch();
        if (epoch === undefined) return untold();
        try {
          token = await this.#raised(place, epoch, raise);
        } catch (error) {
          this.problem = errorText(error);
          untold();
        }
      },
      end: (error) => {
        // What may have been committed has to be waited for as if it had been.
        if (token !== undefined && (error === undefined || outcomeOf(error) === 'unknown'))
          for (const tokens of [this.#tokens, mine]) tokens?.set(place, token);
        if (isUntold) this.#leaveUntold(-1);
        this.#giveBack(place, error);
      },
    };
  }

  /** Whether the tokens tell of all that this router has written; for `state()`. */
  get isWhole(): boolean {
    return this.#isWhole && this.#calls.epoch() !== undefined;
  }

  /** The same, for who reads: when they do not, it sees to it that they will. */
  prove(): boolean {
    if (this.#calls.epoch() === undefined) this.#isWhole = false;
    else if (!this.#isWhole && monotonicMs() >= this.#tryAgainMs) {
      this.#tryAgainMs = monotonicMs() + TRY_EVERY_MS.untold;
      void this.token();
    }
    return this.#isWhole;
  }

  /** Writes a token of its own: a side that has it has all that was committed before this call. Undefined when none could be written. */
  token(): Promise<Tokens | undefined> {
    const next = (this.#trying ?? Promise.resolve()).then(() => this.#own());
    this.#trying = next;
    return next;
  }

  /** What a side must show for a reader: all that was written a while ago, and his own whenever it was. */
  needed(mine: Tokens = new Map()): Tokens {
    this.#settle();
    const [now, {young, sinceMs}] = [monotonicMs(), this.#aging];
    // When nobody has read for long, nothing tells which of them are new.
    const old = now - sinceMs < 2 * OLD_MS ? young : new Map(this.#tokens);
    if (now - sinceMs >= OLD_MS) this.#aging = {young: new Map(this.#tokens), old, sinceMs: now};
    const all: Tokens = new Map(this.#barrier);
    for (const [place, n] of [...this.#aging.old, ...mine]) if (n > (all.get(place) ?? 0n)) all.set(place, n);
    return all;
  }

  async #own(): Promise<Tokens | undefined> {
    const [epoch, {running, ever}] = [this.#calls.epoch(), this.#untold];
    if (epoch === undefined) return undefined;
    const place = this.#take();
    try {
      const token: Tokens = new Map([[place, await this.#raised(place, epoch, this.#calls.raise)]]);
      this.problem = undefined;
      if (!this.#isWhole && running === 0 && ever === this.#untold.ever) [this.#isWhole, this.#barrier] = [true, token];
      this.#giveBack(place);
      return token;
    } catch (error) {
      this.#giveBack(place, error);
      this.problem = errorText(error);
      this.#isWhole = false;
      this.#tryAgainMs = monotonicMs() + TRY_EVERY_MS.failed;
      return undefined;
    }
  }

  async #raised<N extends bigint | undefined>(place: number, epoch: number, raise: (token: Token) => Promise<N>): Promise<N> {
    const n = (this.#highest.get(place) ?? 0n) + 1n;
    this.#highest.set(place, n);
    const raised = await raise({router: this.router, place, epoch, n});
    if (raised !== undefined && raised > n) this.#highest.set(place, raised);
    return raised;
  }

  #leaveUntold(running: 1 | -1): void {
    this.#isWhole = false;
    this.#untold = {running: this.#untold.running + running, ever: this.#untold.ever + 1};
  }

  /** No two writes at the same time have the same row, so none waits for another. */
  #take(): number {
    return this.#free.pop() ?? this.#places++;
  }

  #giveBack(place: number, error?: unknown): void {
    if (error === undefined || outcomeOf(error) !== 'unknown') return void this.#free.push(place);
    this.#inDoubt.push(place);
    this.#settle();
  }

  /**
   * Whoever lost his answer may stand on the server with the row's lock, for which the next write would wait, and readers wait for
   * a number that may never come. So these rows are raised beside the writes, one at a time: behind its lock all is decided.
   */
  #settle(): void {
    const [[place], epoch, {isRunning, againMs}] = [this.#inDoubt, this.#calls.epoch(), this.#settling];
    if (place === undefined || epoch === undefined || isRunning || monotonicMs() < againMs) return;
    this.#settling.isRunning = true;
    const settled = this.#raised(place, epoch, this.#calls.raise).then(
      () => {
        this.#inDoubt.shift();
        this.#free.push(place);
      },
      (error: unknown) => {
        this.problem = errorText(error);
        this.#settling.againMs = monotonicMs() + TRY_EVERY_MS.failed;
      },
    );
    void settled.then(() => {
      this.#settling.isRunning = false;
      this.#settle();
    });
  }
}

/** Resolves when `isThere` has said so, or false when it has not within `ms`. */
export async function untilThere(isThere: () => Promise<boolean>, ms: number): Promise<boolean> {
  const giveUpMs = monotonicMs() + ms;
  while (!(await isThere())) {
    if (monotonicMs() >= giveUpMs) return false;
    await new Promise<void>((resolve) => void after(LOOK_MS, resolve));
  }
  return true;
}
