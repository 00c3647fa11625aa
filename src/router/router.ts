/**
 * The small library an application uses when it has no pooler: two `pg` pools, and the route row of each database says
 * which one new statements go to. It never calls the orchestrator and works when that is gone. Statements that are
 * running are let finish; new ones wait while the route is held; nothing whose outcome is unknown is ever sent again.
 *
 * `mysql2.ts` is the same for MySQL and MariaDB, `two-engines.ts` for a side of each.
 */
import type pg from 'pg';
import {type DualState, DualWrites} from './dual-writes.ts';
import {pgSide} from './pg-side.ts';
import type {Tokens} from './outbox.ts';
import type {PgStatements} from './pg-pool.ts';
import {type RouterLife, Routing, type RoutingOptions, type RouterState, type TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export type {DualState} from './dual-writes.ts';
export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export type {PgStatements} from './pg-pool.ts';
export {pgSide} from './pg-side.ts';
export {RouterClosed} from './route-watch.ts';
export type {RouterState} from './routing.ts';

export type RouterOptions = RoutingOptions & {
  /** A URL, or what `pg.Pool` takes. The same application role on both sides. */
  readonly source: string | pg.PoolConfig;
  readonly target: string | pg.PoolConfig;
  /**
   * schema.table of the outbox, for an application that is moved by `dual-write`: writes raise their token in it while the
   * plan's run asks for that, and `read` may be answered by the target. Without it nothing of that happens.
   */
  readonly outbox?: string;
  /** How long a read waits for the target before the source answers, default 1 s. */
  readonly targetReadMs?: number;
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
  const routing = new Routing({source: pgSide(options.source), target: pgSide(options.target)}, options);
  const query = <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>> => {
    const send = ({query: sent}: PgStatements): Promise<pg.QueryResult<R>> => sent<R>(text, params);
    return routing.statement({source: send, target: send});
  };
  const transaction: Router['transaction'] = (act, modes) => routing.transaction({source: act, target: act}, modes);
  const dual =
    options.outbox === undefined ? undefined : new DualWrites(routing, options.outbox, {query, transaction}, options.targetReadMs);
  return {
    query: (text, params) => (dual ? dual.query(text, params) : query(text, params)),
    transaction: (act, modes) => (dual ? dual.transaction(act, modes) : transaction(act, modes)),
    read: (text, params) => (dual ? dual.read(text, params) : query(text, params)),
    session: () => {
      const mine: Tokens = new Map();
      return {
        query: (text, params) => (dual ? dual.query(text, params, mine) : query(text, params)),
        transaction: (act, modes) => (dual ? dual.transaction(act, modes, mine) : transaction(act, modes)),
        read: (text, params) => (dual ? dual.read(text, params, mine) : query(text, params)),
      };
    },
    state: () => ({...routing.state(), ...(dual ? {dual: dual.state()} : {})}),
    close: async (limit) => {
      await dual?.close(limit);
      await routing.close(limit);
    },
  };
}
