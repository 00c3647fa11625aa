/**
 * The connection on which one side's route is read: when it connects, when the database says so, when asked, and after
 * the time that its driver names. Comes back by itself after every break.
 */
import {after, jitter} from './clock.ts';
import type {Reading, Route} from './route-choice.ts';
import type {RouteReader, RouterSide} from './router-side.ts';
import {errorText} from '../model/errors.ts';

const BACK_OFF_MS = {first: 50, most: 1000} as const;

export class SideWatch {
  reading: Reading = {kind: 'unread'};
  /** Why the side cannot be read; for `state()`. */
  problem: string | undefined;
  readonly #side: RouterSide<unknown>;
  readonly #migration: string;
  readonly #onReading: () => void;
  #reader: RouteReader | undefined;
  #isClosed = false;
  #failures = 0;
  #cancelTimer: () => void = () => undefined;
  #active: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  /** `onReading` is called after every change of `reading`, also to `unread`. */
  constructor(side: RouterSide<unknown>, migration: string, onReading: () => void) {
    this.#side = side;
    this.#migration = migration;
    this.#onReading = onReading;
  }

  /** Resolves after the first attempt, whether it succeeded or not. */
  async connect(): Promise<void> {
    if (this.#isClosed || this.#reader) return;
    const reader = this.#side.openReader(this.#migration, {
      onNews: () => void this.refresh(),
      onLost: (error) => this.#lost(reader, error),
    });
    this.#reader = reader;
    try {
      await reader.connect();
    } catch (error) {
      this.#lost(reader, error);
    }
    await this.refresh();
  }

  /** Resolves after a read that began after this call, or at once while there is no connection. */
  refresh(): Promise<void> {
    this.#queued ??= this.#active.then(() => {
      this.#queued = undefined;
      this.#active = this.#read();
      return this.#active;
    });
    return this.#queued;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }

  /** Never rejects: a failed read is a lost connection. */
  async #read(): Promise<void> {
    const reader = this.#reader;
    if (!reader) return;
    try {
      this.#have(reader, await reader.read());
    } catch (error) {
      this.#lost(reader, error);
    }
  }

  #have(reader: RouteReader, routes: readonly Route[]): void {
    if (reader !== this.#reader) return;
    this.reading = {kind: 'rows', routes};
    this.problem = undefined;
    this.#failures = 0;
    this.#schedule(this.#side.rereadAfterMs(routes), () => this.refresh());
    this.#onReading();
  }

  #lost(reader: RouteReader, error: unknown): void {
    if (reader !== this.#reader) return;
    this.#reader = undefined;
    this.reading = {kind: 'unread'};
    this.problem = errorText(error);
    const wait = Math.min(BACK_OFF_MS.first * 2 ** this.#failures, BACK_OFF_MS.most);
    this.#failures += 1;
    this.#schedule(jitter(wait), () => this.connect());
    // It is lost already: a second error while it goes says nothing new.
    reader.close().catch(() => undefined);
    this.#onReading();
  }

  #schedule(ms: number, act: () => Promise<void>): void {
    this.#cancelTimer();
    if (!this.#isClosed) this.#cancelTimer = after(ms, () => void act());
  }
}
