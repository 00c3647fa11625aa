/**
 * The life of a router, whatever its drivers: statements that are running are let finish, new ones wait while the route
 * is held, and what a closed side certainly did not execute is sent again. Nothing whose outcome is unknown ever is.
 */
import {opposite, type Side} from '../model/side.ts';
import {after, monotonicMs} from './clock.ts';
import {mayBeClosedSide, NotConnected} from './outcome.ts';
import {isPartial, isUncommitted} from './outcome-marks.ts';
import {takeConnection, warm} from './pool-lease.ts';
import {isHeld, type Route} from './route-choice.ts';
import {RouteWatch, type SideState} from './route-watch.ts';
import type {RouterSide, SideConnection, SidePool, TransactionModes} from './router-side.ts';
import {isFenceRefusal} from './server-answer.ts';
import {type Inside, isRefusedInside, runTransaction} from './transaction.ts';

export type RoutingOptions = {
  /** The `name` of the plan. */
  readonly migration: string;
  /** Connections per side, default 10. */
  readonly poolMax?: number;
  /** How long a statement that the fence refused waits for the next route before the caller gets the error, default 15 s. */
  readonly refusedWaitMs?: number;
};

export type RouterState = {
  readonly side: Side;
  readonly isHeld: boolean;
  readonly epoch: number;
  readonly waiting: number;
  readonly sides: Readonly<Record<Side, SideState>>;
};

/** The same for each side, said in its own dialect. */
export type PerSide<S, T, A, B> = {readonly source: (statements: S) => Promise<A>; readonly target: (statements: T) => Promise<B>};

/** With `retryRefused`, the act runs again on the open side after the fence refused one of its statements. */
export type TransactionOptions = TransactionModes & {readonly retryRefused?: boolean};

/** What every router has, beside its way of sending statements. */
export interface RouterLife {
  /** For metrics. */
  state(): RouterState;
  /**
   * Waiting statements fail with `RouterClosed`. Running ones are waited for, or cut off after `cutAfterMs`; whether such
   * a one was carried out is unknown.
   */
  close(limit?: {readonly cutAfterMs: number}): Promise<void>;
}

const REFUSED_WAIT_MS = 15_000;
/** After a refusal without a newer route: the hold's end or the release of the fence may be all that changes. */
const REFUSED_RETRY_MS = {first: 20, most: 400} as const;

export class Routing<S, T> implements RouterLife {
  readonly #pools: {readonly source: SidePool<S>; readonly target: SidePool<T>};
  readonly #watch: RouteWatch;
  readonly #refusedWaitMs: number;
  #waiting = 0;

  constructor(sides: {readonly source: RouterSide<S>; readonly target: RouterSide<T>}, options: RoutingOptions) {
    this.#pools = {source: sides.source.openPool(options.poolMax), target: sides.target.openPool(options.poolMax)};
    this.#watch = new RouteWatch(sides, options.migration, ({side}) => void warm(this.#pools[opposite(side)], this.#pools[side]));
    this.#refusedWaitMs = options.refusedWaitMs ?? REFUSED_WAIT_MS;
  }

  /** One statement on its own. */
  statement<A, B>(acts: PerSide<S, T, A, B>): Promise<A | B> {
    return this.#untilAccepted(true, {
      source: ({statements}) => acts.source(statements),
      target: ({statements}) => acts.target(statements),
    });
  }

  transaction<A, B>(acts: PerSide<Inside<S>, Inside<T>, A, B>, options: TransactionOptions = {}): Promise<A | B> {
    return this.#untilAccepted(options.retryRefused === true, {
      source: (connection) => runTransaction(connection, 'source', acts.source, options),
      target: (connection) => runTransaction(connection, 'target', acts.target, options),
    });
  }

  get route(): Route {
    return this.#watch.route;
  }

  /**
   * On the target, whichever side is open: for reads that the caller can do without. What has to be on the side that is
   * open goes through `statement` and `transaction`.
   */
  async aside<R>(act: (connection: SideConnection<T>) => Promise<R>): Promise<R> {
    const connection = await takeConnection(this.#pools.target, 'target');
    try {
      return await act(connection);
    } finally {
      connection.release();
    }
  }

  state(): RouterState {
    const {side, epoch} = this.#watch.route;
    return {side, isHeld: isHeld(this.#watch.route, monotonicMs()), epoch, waiting: this.#waiting, sides: this.#watch.sides()};
  }

  async close(limit?: {readonly cutAfterMs: number}): Promise<void> {
    const pools = [this.#pools.source, this.#pools.target];
    const cancelCut = limit ? after(limit.cutAfterMs, () => pools.forEach((pool) => pool.cut())) : () => undefined;
    await this.#watch.close();
    await Promise.all(pools.map((pool) => pool.end()));
    cancelCut();
  }

  async #untilAccepted<A, B>(mayRepeat: boolean, acts: PerSide<SideConnection<S>, SideConnection<T>, A, B>): Promise<A | B> {
    const giveUpAtMs = monotonicMs() + this.#refusedWaitMs;
    for (let waitMs: number = REFUSED_RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, REFUSED_RETRY_MS.most)) {
      const route = await this.#open();
      try {
        return await (route.side === 'source'
          ? this.#onSide(route, this.#pools.source, acts.source)
          : this.#onSide(route, this.#pools.target, acts.target));
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

  async #onSide<U, R>(route: Route, pool: SidePool<U>, act: (connection: SideConnection<U>) => Promise<R>): Promise<R> {
    const connection = await takeConnection(pool, route.side);
    try {
      // Waiting for a connection takes time; a hold that began meanwhile must find nothing new on its way.
      if (this.#watch.route !== route) throw new RouteMoved();
      return await act(connection);
    } finally {
      connection.release();
    }
  }
}

/** Internal: the route changed before anything was sent. */
class RouteMoved extends Error {}

/** Told from the same error thrown by the caller's own function. */
const isNothingSent = (error: unknown): boolean => error instanceof NotConnected && !isUncommitted(error) && !isPartial(error);
