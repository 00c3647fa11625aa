/**
 * `crossfade/router/mysql2`: the router for applications that talk to MySQL or MariaDB by `mysql2`, on both sides. Its
 * rules are those of `router.ts`; its statements are those of `mysql2/promise`.
 */
import type {ExecuteValues, FieldPacket, PoolOptions, QueryOptions, QueryResult, QueryValues} from 'mysql2';
import type {Mysql2Statements} from './mysql2-connection.ts';
import {mysql2Side} from './mysql2-side.ts';
import {type RouterLife, Routing, type RoutingOptions, type TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export type {Mysql2Statements} from './mysql2-connection.ts';
export {mysql2Side} from './mysql2-side.ts';
export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export {RouterClosed} from './route-watch.ts';
export type {RouterState} from './routing.ts';

export type Mysql2RouterOptions = RoutingOptions & {
  /** A URL, or what `mysql.createPool` takes. The same application account on both sides. */
  readonly source: string | PoolOptions;
  readonly target: string | PoolOptions;
};

/** One connection inside `Mysql2Router.transaction`. */
export type Mysql2Transaction = Inside<Mysql2Statements>;

export interface Mysql2Router extends RouterLife {
  /**
   * One statement on its own. Sent again only after the fence of a closed side refused it, and only where that proves
   * that nothing was done: SELECT, INSERT, UPDATE, DELETE, REPLACE; never CALL or what commits by itself.
   */
  query<T extends QueryResult>(sql: string | QueryOptions, values?: QueryValues): Promise<[T, FieldPacket[]]>;
  /** The same, prepared. */
  execute<T extends QueryResult>(sql: string | QueryOptions, values?: ExecuteValues): Promise<[T, FieldPacket[]]>;
  /**
   * START TRANSACTION, `act`, COMMIT on one side; rolled back when `act` throws. With `retryRefused`, `act` runs again on
   * the open side after the fence refused one of its statements, so it must have no effects outside the database.
   */
  transaction<T>(act: (transaction: Mysql2Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export function createRouter(options: Mysql2RouterOptions): Mysql2Router {
  const routing = new Routing({source: mysql2Side(options.source), target: mysql2Side(options.target)}, options);
  return {
    query: <T extends QueryResult>(sql: string | QueryOptions, values?: QueryValues) => {
      const send = ({query}: Mysql2Statements): Promise<[T, FieldPacket[]]> => query<T>(sql, values);
      return routing.statement({source: send, target: send});
    },
    execute: <T extends QueryResult>(sql: string | QueryOptions, values?: ExecuteValues) => {
      const send = ({execute}: Mysql2Statements): Promise<[T, FieldPacket[]]> => execute<T>(sql, values);
      return routing.statement({source: send, target: send});
    },
    transaction: (act, modes) => routing.transaction({source: act, target: act}, modes),
    state: () => routing.state(),
    close: (limit) => routing.close(limit),
  };
}
