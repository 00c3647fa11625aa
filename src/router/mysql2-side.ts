/** A side of MySQL or MariaDB over `mysql2`. Nothing pushes the route there, so it is polled. */
import mysql, {type PoolOptions, type RowDataPacket, type TypeCast} from 'mysql2';
import {ROUTE_REREAD_MS} from '../model/route.ts';
import {monotonicMs} from './clock.ts';
import {endOrCut} from './goodbye.ts';
import type {Mysql2Statements} from './mysql2-connection.ts';
import {mysql2Dual} from './mysql2-dual.ts';
import {poolOptions, sideOptions, watchOptions} from './mysql2-options.ts';
import {Mysql2Pool, streamOf} from './mysql2-pool.ts';
import {mysql2Raw} from './mysql2-raw.ts';
import {isHeld, type Route} from './route-choice.ts';
import {type RouteColumns, routeFrom} from './route-row.ts';
import type {ReaderCalls, RouteReader, RouterSide} from './router-side.ts';

/**
 * `held`: what a switch takes longer for those who wait, at most. `open`: a router that has not heard of the hold yet
 * sends what the fence refuses, and reads the route again at that, so this adds one refused statement and no wait; what
 * only reads goes to the old side as long. `absent`: nothing can be held before a migration is prepared.
 */
const REREAD_MS = {held: 20, open: ROUTE_REREAD_MS, absent: 5000} as const;
const READ_MS_MAX = 2000;

/** All columns, of which an earlier version has fewer. The rest of a hold is computed by the database, so clocks need not agree. */
const READ_ROUTES = `
  SELECT route.*, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), hold_until) / 1000 AS hold_ms
    FROM crossfade.route WHERE name = ?`;

/** Not prepared yet: no schema, no table. */
const ABSENT: ReadonlySet<unknown> = new Set([1049, 1146]);

/** A URL, or what `mysql.createPool` takes. */
export function mysql2Side(address: string | PoolOptions): RouterSide<Mysql2Statements> {
  const options = sideOptions(address);
  return {
    openPool: (connectionsMax) => new Mysql2Pool(poolOptions(options, connectionsMax)),
    openReader: (migration, calls) => new Mysql2RouteReader(options, migration, calls),
    rereadAfterMs: (routes) => {
      if (routes.length === 0) return REREAD_MS.absent;
      return routes.some((route) => isHeld(route, monotonicMs())) ? REREAD_MS.held : REREAD_MS.open;
    },
    dual: mysql2Dual,
    readRaw: mysql2Raw,
  };
}

class Mysql2RouteReader implements RouteReader {
  readonly #connection: mysql.Connection;
  readonly #migration: string;

  constructor(options: PoolOptions, migration: string, {onLost}: ReaderCalls) {
    this.#migration = migration;
    this.#connection = mysql.createConnection(watchOptions(options));
    this.#connection.on('error', onLost);
    this.#connection.on('end', () => onLost(new Error('the connection ended')));
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => this.#connection.connect((error) => (error ? reject(error) : resolve())));
  }

  read(): Promise<readonly Route[]> {
    const statement = {sql: READ_ROUTES, timeout: READ_MS_MAX, rowsAsArray: false, nestTables: false, typeCast: AS_TEXT};
    return new Promise((resolve, reject) =>
      this.#connection.query<(RouteColumns & RowDataPacket)[]>(statement, [this.#migration], (error, rows) => {
        if (!error) resolve(rows.map(routeFrom));
        else if (ABSENT.has(error.errno)) resolve([]);
        else reject(error);
      }),
    );
  }

  async close(): Promise<void> {
    const stream = streamOf(this.#connection);
    if (stream.destroyed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    this.#connection.end(() => undefined); // an error: gone already
    await endOrCut(closed, () => stream.destroy());
  }
}

const AS_TEXT: TypeCast = (field) => field.string();
