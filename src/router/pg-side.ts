/** A side of PostgreSQL over `pg`: the route is pushed by NOTIFY. */
import pg from 'pg';
import {pgDual} from './pg-dual.ts';
import {goodbye} from './pg-goodbye.ts';
import {PgPool, type PgStatements} from './pg-pool.ts';
import {pgRaw} from './pg-raw.ts';
import type {Route} from './route-choice.ts';
import {type RouteColumns, routeFrom} from './route-row.ts';
import type {ReaderCalls, RouteReader, RouterSide} from './router-side.ts';

const CHANNEL = 'crossfade_route';
const CONNECT_MS_MAX = 3000;
const READ_MS_MAX = 2000;
/** A server that vanished without a word is asked after this silence; by default it is two hours. */
const KEEP_ALIVE_MS = 10_000;
/** In case a notification was lost on the way. */
const REREAD_EVERY_MS = 5000;

/** The rest of a hold is computed by the database, so clocks need not agree. */
const READ_ROUTES = `
  SELECT migration, epoch::text, version::text, side, state, read_percent::text, to_jsonb(route) ->> 'shadow_percent' AS shadow_percent,
         (extract(epoch FROM hold_until - clock_timestamp()) * 1000)::text AS hold_ms
    FROM crossfade.route WHERE name = $1`;

/** Not prepared yet: no schema, no table. */
const ABSENT = new Set(['42P01', '3F000']);

/** A URL, or what `pg.Pool` takes. */
export function pgSide(address: string | pg.PoolConfig): RouterSide<PgStatements> {
  const config = typeof address === 'string' ? {connectionString: address} : address;
  return {
    openPool: (connectionsMax) => new PgPool({...config, ...(connectionsMax === undefined ? {} : {max: connectionsMax})}),
    openReader: (migration, calls) => new PgRouteReader(clientConfig(config), migration, calls),
    rereadAfterMs: () => REREAD_EVERY_MS,
    dual: pgDual,
    readRaw: pgRaw,
  };
}

class PgRouteReader implements RouteReader {
  readonly #client: pg.Client;
  readonly #migration: string;

  constructor(config: pg.ClientConfig, migration: string, {onNews, onLost}: ReaderCalls) {
    this.#migration = migration;
    this.#client = new pg.Client({
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: READ_MS_MAX,
      fallback_application_name: 'crossfade-router-watch',
      ...config,
    });
    this.#client.on('error', onLost);
    this.#client.on('end', () => onLost(new Error('the connection ended')));
    this.#client.on('notification', ({payload}) => void (payload === migration && onNews()));
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    await this.#client.query(`LISTEN ${CHANNEL}`);
  }

  async read(): Promise<readonly Route[]> {
    try {
      const {rows} = await this.#client.query<RouteColumns>(READ_ROUTES, [this.#migration]);
      return rows.map(routeFrom);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  close(): Promise<void> {
    return goodbye(this.#client);
  }
}

/** Only how to reach the server: a pool's limits mean nothing to the one connection of a watch. */
function clientConfig(pool: pg.PoolConfig): pg.ClientConfig {
  const {connectionString, host, port, user, password, database, ssl, options} = pool;
  const given = {connectionString, host, port, user, password, database, ssl, options};
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && ABSENT.has(String(error.code));
