/**
 * `crossfade/router/two-engines`: the router for an application that speaks two dialects while it is moved. Whatever it
 * sends is written once for each side, and the route says which of the two is run. The rules are those of `router.ts`.
 */
import type {RouterSide} from './router-side.ts';
import {type PerSide, type RouterLife, Routing, type RoutingOptions, type TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export {RouterClosed} from './route-watch.ts';
export type {RouterState} from './routing.ts';

/** As every driver has it. */
type Queries = {readonly query: (sql: string, values?: never) => Promise<unknown>};

/** What a driver answers to `query`. */
type Answer<S extends Queries> = Awaited<ReturnType<S['query']>>;

/** As Kysely compiles them. */
export type Statement = {readonly sql: string; readonly parameters?: readonly unknown[]};

export type TwoEnginesOptions<S, T> = RoutingOptions & {
  /** `mysql2Side(…)` of `crossfade/router/mysql2`, or `pgSide(…)` of `crossfade/router`. */
  readonly source: RouterSide<S>;
  readonly target: RouterSide<T>;
};

export interface TwoEnginesRouter<S extends Queries, T extends Queries> extends RouterLife {
  /** One statement on its own, in the dialect of the side that is open, with that driver's answer. */
  query(statements: {
    readonly source: Statement;
    readonly target: Statement;
  }): Promise<{readonly side: 'source'; readonly answer: Answer<S>} | {readonly side: 'target'; readonly answer: Answer<T>}>;
  /** As `Router.transaction`. With `retryRefused` the act of the side that is open then is run. */
  transaction<A, B>(acts: PerSide<Inside<S>, Inside<T>, A, B>, options?: TransactionOptions): Promise<A | B>;
}

export function createRouter<S extends Queries, T extends Queries>(options: TwoEnginesOptions<S, T>): TwoEnginesRouter<S, T> {
  const routing = new Routing<S, T>(options, options);
  return {
    query: (statements) =>
      routing.statement({
        source: async (to) => ({side: 'source', answer: await send(to, statements.source)}) as const,
        target: async (to) => ({side: 'target', answer: await send(to, statements.target)}) as const,
      }),
    transaction: (acts, modes) => routing.transaction(acts, modes),
    state: () => routing.state(),
    close: (limit) => routing.close(limit),
  };
}

/** Which values a driver takes is between the caller and the driver. */
const send = <S extends Queries>(to: S, {sql, parameters}: Statement): Promise<Answer<S>> =>
  to.query(sql, parameters as never) as Promise<Answer<S>>;
