/**
 * The small library an application uses when it has no pooler: two `pg` pools, and the route row of each database says
 * which one new statements go to. It never calls the orchestrator and works when that is gone. Statements that are
 * running are let finish; new ones wait while the route is held; nothing whose outcome is unknown is ever sent again.
 *
 * `mysql2.ts` is the same for MySQL and MariaDB, `two-engines.ts` for a side of each.
 */
import type pg from 'pg';
import {pgSide} from './pg-side.ts';
import type {PgStatements} from './pg-pool.ts';
import {type RouterLife, Routing, type RoutingOptions, type TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export type {PgStatements} from './pg-pool.ts';
export {pgSide} from './pg-side.ts';
export {RouterClosed} from './route-watch.ts';
export type {RouterState} from './routing.ts';

export type RouterOptions = RoutingOptions & {
  /** A URL, or what `pg.Pool` takes. The same application role on both sides. */
  readonly source: string | pg.PoolConfig;
  readonly target: string | pg.PoolConfig;
};

/** One connection inside `Router.transaction`. */
export type Transaction = Inside<PgStatements>;

export interface Router extends RouterLife {
  /** One statement on its own. Sent again only after the fence of a closed side refused it. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /**
   * BEGIN, `act`, COMMIT on one side; rolled back when `act` throws. With `retryRefused`, `act` runs again on the open
   * side after the fence refused one of its statements, so it must have no effects outside the database.
   */
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export function createRouter(options: RouterOptions): Router {
  const routing = new Routing({source: pgSide(options.source), target: pgSide(options.target)}, options);
  return {
    query: <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) => {
      const send = ({query}: PgStatements): Promise<pg.QueryResult<R>> => query<R>(text, params);
      return routing.statement({source: send, target: send});
    },
    transaction: (act, modes) => routing.transaction({source: act, target: act}, modes),
    state: () => routing.state(),
    close: (limit) => routing.close(limit),
  };
}
