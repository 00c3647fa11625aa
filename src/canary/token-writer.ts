/**
 * Writes tokens along one path, one at a time, from `start` until `stop`. What an error leaves open stays unknown: no
 * token is ever written twice.
 */
import type {CanaryToken} from '../model/canary-token.ts';
import type {Effects} from '../model/effects.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import type {TokenOutcome, WrittenToken} from './canary.ts';
import {errorText} from '../model/errors.ts';

/** Between two tokens: fine enough to measure a stall with, and hardly felt by a database. */
const PAUSE_MS = 5;
/** After an error, so that a path that is closed does not fill its server's log. */
const ERROR_PAUSE_MS = 20;
/** A statement that is under way may end by itself before its path is cut, and a path takes a moment to close. */
const LAST_ANSWER_MS_MAX = 2000;

/** The table's columns are a contract with the engine (`crossfade.canary`). */
const WRITE = 'INSERT INTO crossfade.canary (migration, attempt, token, client, seq) VALUES ($1, $2, $3, $4, $5)';
const READ = 'SELECT client FROM crossfade.canary WHERE token = $1';

export type WriterOptions = {
  readonly path: ApplicationPath;
  readonly client: number;
  readonly migration: string;
  readonly attempt: number;
  readonly effects: Effects;
};

type Written = CanaryToken & {outcome: TokenOutcome; readonly isLate: boolean};

export class TokenWriter {
  readonly path: ApplicationPath;
  readonly #options: WriterOptions;
  readonly #written: Written[] = [];
  readonly #over = new AbortController();
  #proofs: ((token: string) => void)[] = [];
  #running: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #isLate = false;
  #lastAckMs: number | undefined;
  #longestMs = 0;
  readonly #waitsMs: number[] = [];
  #lastError: string | undefined;

  constructor(options: WriterOptions) {
    this.path = options.path;
    this.#options = options;
  }

  get written(): readonly WrittenToken[] {
    return this.#written;
  }

  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** The longest time between two acknowledgements, the one that has not come yet included. */
  get stallMs(): number {
    const waitingMs = this.#lastAckMs === undefined ? 0 : this.#options.effects.clock.monotonicMs() - this.#lastAckMs;
    return Math.round(Math.max(this.#longestMs, this.#over.signal.aborted ? 0 : waitingMs));
  }

  /** Between two acknowledgements, each. */
  get waitsMs(): readonly number[] {
    return this.#waitsMs;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Tokens begun from now on are late: they belong to the side that serves after the attempt. */
  late(): void {
    this.#isLate = true;
  }

  /** The next token that is begun after this call, acknowledged, and read back along the path. */
  proof(): Promise<string> {
    return new Promise((resolve) => this.#proofs.push(resolve));
  }

  /** No token is begun any more; the one under way gets a little time, and then its path is cut. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#longestMs = this.stallMs;
    this.#over.abort();
    await this.#within(this.#running);
    await this.#within(this.path.close());
    await this.#within(this.#running);
  }

  /** A server that is gone may never answer; what it was asked stays unknown. */
  async #within(work: Promise<void>): Promise<void> {
    const done = new AbortController();
    await Promise.race([work, this.#options.effects.clock.sleep(LAST_ANSWER_MS_MAX, done.signal)]);
    done.abort();
  }

  async #run(): Promise<void> {
    const {clock} = this.#options.effects;
    while (!this.#over.signal.aborted) {
      // Those who ask from here on want a token that is begun later.
      const proofs = [...this.#proofs];
      const {token, outcome} = await this.#write();
      if (outcome === 'acknowledged' && proofs.length > 0 && (await this.#readBack(token))) {
        this.#proofs = this.#proofs.filter((one) => !proofs.includes(one));
        for (const proven of proofs) proven(token);
      }
      await clock.sleep(outcome === 'acknowledged' ? PAUSE_MS : ERROR_PAUSE_MS, this.#over.signal);
    }
  }

  async #write(): Promise<Written> {
    const {path, client, migration, attempt, effects} = this.#options;
    const token: Written = {
      token: effects.randomId(),
      client,
      seq: this.#written.length + 1,
      // Until somebody has said otherwise, also when nobody ever does.
      outcome: 'unknown',
      isLate: this.#isLate,
    };
    this.#written.push(token);
    try {
      await effects.point('sql.send', `canary ${client}: write`);
      await path.send(WRITE, [migration, String(attempt), token.token, String(client), String(token.seq)]);
      await effects.point('sql.reply', `canary ${client}: write`);
      this.#acknowledge(token);
    } catch (error) {
      this.#lastError = errorText(error);
      if (path.isRefusal(error)) token.outcome = 'refused';
    }
    return token;
  }

  #acknowledge(token: Written): void {
    const now = this.#options.effects.clock.monotonicMs();
    token.outcome = 'acknowledged';
    if (this.#lastAckMs !== undefined) {
      this.#longestMs = Math.max(this.#longestMs, now - this.#lastAckMs);
      this.#waitsMs.push(now - this.#lastAckMs);
    }
    this.#lastAckMs = now;
  }

  async #readBack(token: string): Promise<boolean> {
    try {
      await this.#options.effects.point('sql.send', `canary ${this.#options.client}: read`);
      return (await this.path.send(READ, [token])).length === 1;
    } catch (error) {
      this.#lastError = errorText(error);
      return false;
    }
  }
}
