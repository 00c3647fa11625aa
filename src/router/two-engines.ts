/**
 * `crossfade/router/two-engines`: the router for an application that speaks two dialects while it is moved. Whatever it
 * sends is written once for each side, and the route says which of the two is run. The rules are those of `router.ts`.
 */
import type {Side} from '../model/side.ts';
import {DualRouting, type DualRoutingOptions} from './dual-routing.ts';
import type {Tokens} from './dual-side.ts';
import type {DualState} from './dual-writes.ts';
import {rawJudge} from './raw-comparison.ts';
import type {RouterSide, Statement} from './router-side.ts';
import type {PerSide, RouterLife, RouterState, TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export type {DualState} from './dual-writes.ts';
export {NotConnected, type Outcome, outcomeOf, TransactionAborted} from './outcome.ts';
export {RouterClosed} from './route-watch.ts';
export type {Statement} from './router-side.ts';
export type {RouterState} from './routing.ts';

/** As every driver has it. */
type Queries = {readonly query: (sql: string, values?: never) => Promise<unknown>};

/** What a driver answers to `query`. */
type Answer<S extends Queries> = Awaited<ReturnType<S['query']>>;

export type TwoEnginesOptions<S, T> = DualRoutingOptions & {
  /** `mysql2Side(…)` of `crossfade/router/mysql2`, or `pgSide(…)` of `crossfade/router`. */
  readonly source: RouterSide<S>;
  readonly target: RouterSide<T>;
};

/** One statement in both dialects. */
export type Statements = Readonly<Record<Side, Statement>>;

/** Whose answer it is, and as its driver gives it. */
export type SideAnswer<S extends Queries, T extends Queries> =
  | {readonly side: 'source'; readonly answer: Answer<S>}
  | {readonly side: 'target'; readonly answer: Answer<T>};

/** Ways to send, with what one of the application's users has written: for a request, or for as long as he is there. */
export interface TwoEnginesSession<S extends Queries, T extends Queries> {
  /** One statement on its own, in the dialect of the side that is open, with that driver's answer. */
  query(statements: Statements): Promise<SideAnswer<S, T>>;
  /** As `Router.transaction`. With `retryRefused` the act of the side that is open then is run. */
  transaction<A, B>(acts: PerSide<Inside<S>, Inside<T>, A, B>, options?: TransactionOptions): Promise<A | B>;
  /**
   * One statement that only reads. Of a session: always with what it has written before. Of the router: an answer of a moment
   * ago is good enough. During `dual-write` the target may answer it, or is asked as well and compared by what the servers send.
   */
  read(statements: Statements): Promise<SideAnswer<S, T>>;
}

export interface TwoEnginesRouter<S extends Queries, T extends Queries> extends RouterLife, TwoEnginesSession<S, T> {
  state(): RouterState & {readonly dual?: DualState};
  session(): TwoEnginesSession<S, T>;
}

export function createRouter<S extends Queries, T extends Queries>(options: TwoEnginesOptions<S, T>): TwoEnginesRouter<S, T> {
  const {source, target} = options;
  const routing = new DualRouting(options, rawJudge, options);
  const ways = (mine?: Tokens): TwoEnginesSession<S, T> => ({
    query: (statements) => routing.statement(statements.source.sql, actsOf<S, T>(statements), mine),
    transaction: (acts, modes) => routing.transaction(acts, modes, mine),
    read: (statements) =>
      routing.read(
        {
          text: statements.target.sql,
          acts: actsOf<S, T>(statements),
          compared: {source: (to) => source.readRaw(to, statements.source), target: (to) => target.readRaw(to, statements.target)},
        },
        mine,
      ),
  });
  return {
    ...ways(),
    session: () => ways(new Map()),
    state: () => routing.state(),
    close: (limit) => routing.close(limit),
  };
}

const actsOf = <S extends Queries, T extends Queries>(statements: Statements) => ({
  source: async (to: S) => ({side: 'source', answer: await send(to, statements.source)}) as const,
  target: async (to: T) => ({side: 'target', answer: await send(to, statements.target)}) as const,
});

/** Which values a driver takes is between the caller and the driver. */
const send = <S extends Queries>(to: S, {sql, parameters}: Statement): Promise<Answer<S>> =>
  to.query(sql, parameters as never) as Promise<Answer<S>>;
