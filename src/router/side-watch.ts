/**
 * One LISTEN connection to one side. Reads the route rows when it connects, on every NOTIFY, when asked, and every few
 * seconds in case a notification was lost on the way. Comes back by itself after every break.
 */
import pg from 'pg';
import {after, jitter, monotonicMs} from './clock.ts';
import {goodbye} from './goodbye.ts';
import {holdUntil, type Reading, type Route} from './route-choice.ts';

export type WatchTarget = {readonly config: pg.ClientConfig; readonly migration: string};

const CHANNEL = 'crossfade_route';
const CONNECT_MS_MAX = 3000;
const READ_MS_MAX = 2000;
/** A server that vanished without a word is asked after this silence; by default it is two hours. */
const KEEP_ALIVE_MS = 10_000;
const REREAD_EVERY_MS = 5000;
const BACK_OFF_MS = {first: 50, most: 1000} as const;

/** The rest of a hold is computed by the database, so clocks need not agree. */
const READ_ROUTES = `
  SELECT migration, epoch::text, version::text, side, state, read_percent::text,
         (extract(epoch FROM hold_until - clock_timestamp()) * 1000)::text AS hold_ms
    FROM crossfade.route WHERE name = $1`;

/** Not prepared yet: no schema, no table. */
const ABSENT = new Set(['42P01', '3F000']);

export class SideWatch {
  reading: Reading = {kind: 'unread'};
  /** Why the side cannot be read; for `state()`. */
  problem: string | undefined;
  readonly #target: WatchTarget;
  readonly #onReading: () => void;
  #client: pg.Client | undefined;
  #isClosed = false;
  #failures = 0;
  #cancelTimer: () => void = () => undefined;
  #active: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  /** `onReading` is called after every change of `reading`, also to `unread`. */
  constructor(target: WatchTarget, onReading: () => void) {
    this.#target = target;
    this.#onReading = onReading;
  }

  /** Resolves after the first attempt, whether it succeeded or not. */
  async connect(): Promise<void> {
    if (this.#isClosed || this.#client) return;
    const client = new pg.Client({
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: READ_MS_MAX,
      fallback_application_name: 'crossfade-router-watch',
      ...this.#target.config,
    });
    this.#client = client;
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('the connection ended')));
    client.on('notification', ({payload}) => void (payload === this.#target.migration && this.refresh()));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      this.#lost(client, error);
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
    const client = this.#client;
    this.#client = undefined;
    if (client) await goodbye(client);
  }

  /** Never rejects: a failed read is a lost connection. */
  async #read(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    try {
      const {rows} = await client.query<RouteColumns>(READ_ROUTES, [this.#target.migration]);
      this.#have(client, rows.map(routeFrom));
    } catch (error) {
      if (isAbsent(error)) this.#have(client, []);
      else this.#lost(client, error);
    }
  }

  #have(client: pg.Client, routes: readonly Route[]): void {
    if (client !== this.#client) return;
    this.reading = {kind: 'rows', routes};
    this.problem = undefined;
    this.#failures = 0;
    this.#schedule(REREAD_EVERY_MS, () => this.refresh());
    this.#onReading();
  }

  #lost(client: pg.Client, error: unknown): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.reading = {kind: 'unread'};
    this.problem = error instanceof Error ? error.message : String(error);
    const wait = Math.min(BACK_OFF_MS.first * 2 ** this.#failures, BACK_OFF_MS.most);
    this.#failures += 1;
    this.#schedule(jitter(wait), () => this.connect());
    // It is lost already: a second error while it goes says nothing new.
    goodbye(client).catch(() => undefined);
    this.#onReading();
  }

  #schedule(ms: number, act: () => Promise<void>): void {
    this.#cancelTimer();
    if (!this.#isClosed) this.#cancelTimer = after(ms, () => void act());
  }
}

type RouteColumns = Readonly<Record<'migration' | 'epoch' | 'version' | 'side' | 'state' | 'read_percent', string>> & {
  readonly hold_ms: string | null;
};

const routeFrom = (row: RouteColumns): Route => ({
  migration: row.migration,
  epoch: Number(row.epoch),
  version: Number(row.version),
  side: row.side === 'target' ? 'target' : 'source',
  state: row.state === 'hold' ? 'hold' : 'open',
  holdUntilMs: row.state === 'hold' ? holdUntil(monotonicMs(), row.hold_ms === null ? undefined : Number(row.hold_ms)) : 0,
  readPercent: Number(row.read_percent),
});

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && ABSENT.has(String(error.code));
