/**
 * The small library an application uses when it has no pooler: two `pg` pools, and the route row of each database says
 * which one new statements go to. It never calls the orchestrator and works when that is gone. Statements that are
 * running are let finish; new ones wait while the route is held; nothing whose outcome is unknown is ever sent again.
 *
 * Other drivers come beside it: what they share is `RouteWatch` (where to) and `outcome.ts` (may it be sent again).
 */
import type pg from 'pg';
import {opposite, type Side} from '../model/side.ts';
import {after, monotonicMs} from './clock.ts';
import {isFenceRefusal, isUncommitted, mayBeClosedSide, NotConnected} from './outcome.ts';
import {clientConfig, createPool, cutPool, endPool, type Lease, poolConfig, type RouterPool, takeLease, warm} from './pool-lease.ts';
import {isHeld, type Route} from './route-choice.ts';
import {RouteWatch, type SideState} from './route-watch.ts';
import {isRefusedInside, runTransaction, type Transaction} from './transaction.ts';

export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export {RouterClosed} from './route-watch.ts';
export type {Transaction} from './transaction.ts';

export type RouterOptions = {
  /** A URL, or what `pg.Pool` takes. The same application role on both sides. */
  readonly source: string | pg.PoolConfig;
  readonly target: string | pg.PoolConfig;
  /** The `name` of the plan. */
  readonly migration: string;
  /** Connections per side, default 10. */
  readonly poolMax?: number;
  /** How long a statement that the fence refused waits for the next route before the caller gets the error, default 15 s. */
  readonly refusedWaitMs?: number;
};

export interface Router {
  /** One statement on its own. Sent again only after the fence of a closed side refused it. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /**
   * BEGIN, `act`, COMMIT on one side; rolled back when `act` throws. With `retryRefused`, `act` runs again on the open
   * side after the fence refused one of its statements, so it must have no effects outside the database.
   */
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options?: {readonly retryRefused?: boolean}): Promise<T>;
  /** For metrics. */
  state(): RouterState;
  /**
   * Waiting statements fail with `RouterClosed`. Running ones are waited for, or cut off after `cutAfterMs`; whether such
   * a one was carried out is unknown.
   */
  close(limit?: {readonly cutAfterMs: number}): Promise<void>;
}

export type RouterState = {
  readonly side: Side;
  readonly isHeld: boolean;
  readonly epoch: number;
  readonly waiting: number;
  readonly sides: Readonly<Record<Side, SideState>>;
};

const REFUSED_WAIT_MS = 15_000;
/** After a refusal without a newer route: the hold's end or the release of the fence may be all that changes. */
const REFUSED_RETRY_MS = {first: 20, most: 400} as const;

export const createRouter = (options: RouterOptions): Router => new PoolRouter(options);

class PoolRouter implements Router {
  readonly #pools: Readonly<Record<Side, RouterPool>>;
  readonly #watch: RouteWatch;
  readonly #refusedWaitMs: number;
  #waiting = 0;

  constructor(options: RouterOptions) {
    const source = poolConfig(options.source, options.poolMax);
    const target = poolConfig(options.target, options.poolMax);
    this.#pools = {source: createPool(source), target: createPool(target)};
    const targets = {
      source: {config: clientConfig(source), migration: options.migration},
      target: {config: clientConfig(target), migration: options.migration},
    };
    this.#watch = new RouteWatch(targets, ({side}) => void warm(this.#pools[opposite(side)], this.#pools[side]));
    this.#refusedWaitMs = options.refusedWaitMs ?? REFUSED_WAIT_MS;
  }

  query<R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>> {
    return this.#untilAccepted(true, async ({client}) => client.query<R>(text, params ? [...params] : undefined));
  }

  transaction<T>(act: (transaction: Transaction) => Promise<T>, options?: {readonly retryRefused?: boolean}): Promise<T> {
    return this.#untilAccepted(options?.retryRefused === true, (lease) => runTransaction(lease, act));
  }

  state(): RouterState {
    const {side, epoch} = this.#watch.route;
    return {side, isHeld: isHeld(this.#watch.route, monotonicMs()), epoch, waiting: this.#waiting, sides: this.#watch.sides()};
  }

  async close(limit?: {readonly cutAfterMs: number}): Promise<void> {
    const pools = [this.#pools.source, this.#pools.target];
    const cancelCut = limit ? after(limit.cutAfterMs, () => pools.forEach(cutPool)) : () => undefined;
    await this.#watch.close();
    await Promise.all(pools.map(endPool));
    cancelCut();
  }

  async #untilAccepted<T>(mayRepeat: boolean, act: (lease: Lease) => Promise<T>): Promise<T> {
    const giveUpAtMs = monotonicMs() + this.#refusedWaitMs;
    for (let waitMs: number = REFUSED_RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, REFUSED_RETRY_MS.most)) {
      const route = await this.#open();
      try {
        return await this.#onSide(route, act);
      } catch (error) {
        if (!(await this.#mayBeAccepted(error, route, mayRepeat, giveUpAtMs, waitMs))) throw error;
      }
    }
  }

  /** Only for errors that prove the statement was not executed; ends when it is worth sending again. */
  async #mayBeAccepted(error: unknown, used: Route, mayRepeat: boolean, giveUpAtMs: number, waitMs: number): Promise<boolean> {
    if (error instanceof RouteMoved) return true;
    const isRefusal = isFenceRefusal(error) || isRefusedInside(error);
    if (!isRefusal && !mayBeClosedSide(error)) return false;
    const isOther = await this.#watch.refresh(used);
    if (!mayRepeat && !isNothingSent(error)) return false;
    if (isOther || !isRefusal) return isOther && monotonicMs() < giveUpAtMs;
    await this.#watch.changed(used, Math.min(waitMs, giveUpAtMs - monotonicMs()));
    return monotonicMs() < giveUpAtMs;
  }

  async #open(): Promise<Route> {
    this.#waiting += 1;
    try {
      return await this.#watch.open();
    } finally {
      this.#waiting -= 1;
    }
  }

  async #onSide<T>(route: Route, act: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await takeLease(this.#pools[route.side], route.side);
    try {
      // Waiting for a connection takes time; a hold that began meanwhile must find nothing new on its way.
      if (this.#watch.route !== route) throw new RouteMoved();
      return await act(lease);
    } finally {
      lease.release();
    }
  }
}

/** Internal: the route changed before anything was sent. */
class RouteMoved extends Error {}

/** Told from the same error thrown by the caller's own function. */
const isNothingSent = (error: unknown): boolean => error instanceof NotConnected && !isUncommitted(error);
