/**
 * The small library an application uses when it has no pooler: two `pg` pools, and the route row of each database says
 * which one new statements go to. It never calls the orchestrator and works when that is gone. Statements that are
 * running are let finish; new ones wait while the route is held; nothing whose outcome is unknown is ever sent again.
 *
 * `mysql2.ts` is the same for MySQL and MariaDB, `two-engines.ts` for a side of each.
 */
import type pg from 'pg';
import {DualRouting, type DualRoutingOptions} from './dual-routing.ts';
import type {Tokens} from './dual-side.ts';
import type {DualState} from './dual-writes.ts';
import {pgJudge} from './pg-judge.ts';
import {pgSide} from './pg-side.ts';
import type {PgStatements} from './pg-pool.ts';
import type {RouterLife, RouterState, TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export type {DualState} from './dual-writes.ts';
export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export type {PgStatements} from './pg-pool.ts';
export {pgSide} from './pg-side.ts';
export {RouterClosed} from './route-watch.ts';
export type {RouterState} from './routing.ts';

export type RouterOptions = DualRoutingOptions & {
  /** A URL, or what `pg.Pool` takes. The same application role on both sides. */
  readonly source: string | pg.PoolConfig;
  readonly target: string | pg.PoolConfig;
};

/** One connection inside `Router.transaction`. */
export type Transaction = Inside<PgStatements>;

/** Ways to send, with what one of the application's users has written: for a request, or for as long as he is there. */
export interface Session extends Pick<Router, 'query' | 'transaction'> {
  /** As `Router.read`, and always with what this session has written before. */
  read<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>>;
}

export interface Router extends RouterLife {
  state(): RouterState & {readonly dual?: DualState};
  session(): Session;
  /**
   * One statement that only reads, for which an answer of a moment ago is good enough. During `dual-write` the target may
   * answer it, a second at most behind what this router has written, or is asked as well and compared.
   */
  read<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /** One statement on its own. Sent again only after the fence of a closed side refused it. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /**
   * BEGIN, `act`, COMMIT on one side; rolled back when `act` throws. With `retryRefused`, `act` runs again on the open
   * side after the fence refused one of its statements, so it must have no effects outside the database.
   */
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export function createRouter(options: RouterOptions): Router {
  const routing = new DualRouting({source: pgSide(options.source), target: pgSide(options.target)}, pgJudge, options);
  const ways = (mine?: Tokens): Session => ({
    query: <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) =>
      routing.statement(text, onBoth<R>(text, params), mine),
    transaction: (act, modes) => routing.transaction({source: act, target: act}, modes, mine),
    read: <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) => {
      const acts = onBoth<R>(text, params);
      return routing.read({text, acts, compared: acts, asCompared: (answer) => answer}, mine);
    },
  });
  return {
    ...ways(),
    session: () => ways(new Map()),
    state: () => routing.state(),
    close: (limit) => routing.close(limit),
  };
}

const onBoth = <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) => {
  const send = ({query}: PgStatements): Promise<pg.QueryResult<R>> => query<R>(text, params);
  return {source: send, target: send};
};
