/**
 * What a router does for an application that is moved by `dual-write`: a write leaves its token in the outbox in its own
 * transaction, so that the change stream brings both to the other side together; a read may be answered by the target
 * or tried on both. Whether it does any of it is the route's to say; the application's code is the same before and after.
 */
import type pg from 'pg';
import type {ReadTally} from '../model/read-tally.ts';
import {after} from './clock.ts';
import {Outbox, type Tokens} from './outbox.ts';
import type {PgStatements} from './pg-pool.ts';
import {ReadReport} from './read-report.ts';
import {Reads} from './reads.ts';
import type {Routing, TransactionOptions} from './routing.ts';
import {TargetReads} from './target-reads.ts';
import type {Inside} from './transaction.ts';

export type DualState = {
  /** Writes leave tokens now. */
  readonly isOn: boolean;
  /** Tokens tell of every write so far; while they do not, the source answers. */
  readonly isWhole: boolean;
  readonly readPercent: number;
  readonly shadowPercent: number;
  /** The target is left alone for a while after errors. */
  readonly isResting: boolean;
  /** Under the route of now. */
  readonly reads: ReadTally;
  /** Why tokens or reports cannot be written. */
  readonly problem: string | undefined;
};

const TARGET_READ_MS = 1000;

type Query = <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) => Promise<pg.QueryResult<R>>;
type Act<T> = (inside: Inside<PgStatements>) => Promise<T>;
type Plain = {readonly query: Query; transaction<T>(act: Act<T>, options?: TransactionOptions): Promise<T>};

export class DualWrites {
  readonly #routing: Routing<PgStatements, PgStatements>;
  readonly #plain: Plain;
  readonly #outbox: Outbox;
  readonly #report: ReadReport;
  readonly #reads: Reads;

  constructor(routing: Routing<PgStatements, PgStatements>, table: string, plain: Plain, targetReadMs: number = TARGET_READ_MS) {
    this.#routing = routing;
    this.#plain = plain;
    this.#outbox = new Outbox(table, {
      epoch: () => (this.#isOn ? routing.route.epoch : undefined),
      send: (text) => plain.query(text),
    });
    this.#report = new ReadReport({
      router: this.#outbox.router,
      route: () => routing.route,
      send: (text, values) => plain.query(text, values),
    });
    this.#reads = new Reads({
      route: () => routing.route,
      open: plain.query,
      target: new TargetReads((act) => routing.aside(act), this.#outbox, targetReadMs),
      outbox: this.#outbox,
      report: this.#report,
    });
  }

  /** A statement that writes becomes a transaction of two, which is sent again where the statement alone would have been. */
  query<R extends pg.QueryResultRow>(text: string, params?: readonly unknown[], mine?: Tokens): Promise<pg.QueryResult<R>> {
    if (!WRITES.test(text)) return this.#plain.query<R>(text, params);
    if (!this.#isOn) return this.#untold(() => this.#plain.query<R>(text, params));
    return this.transaction(({query}) => query<R>(text, params), {retryRefused: true}, mine);
  }

  async transaction<T>(act: Act<T>, options?: TransactionOptions, mine?: Tokens): Promise<T> {
    const write = this.#outbox.write(mine);
    try {
      const told = async (inside: Inside<PgStatements>): Promise<T> => {
        const value = await act(inside);
        if (options?.accessMode !== 'read only') await write.record(inside.query);
        return value;
      };
      const value = await this.#plain.transaction(told, options);
      write.end();
      return value;
    } catch (error) {
      write.end(error);
      throw error;
    }
  }

  read<R extends pg.QueryResultRow>(text: string, params?: readonly unknown[], mine?: Tokens): Promise<pg.QueryResult<R>> {
    return this.#reads.read<R>(text, params, mine);
  }

  state(): DualState {
    const {readPercent, shadowPercent} = this.#routing.route;
    return {
      isOn: this.#isOn,
      isWhole: this.#outbox.isWhole,
      readPercent,
      shadowPercent: shadowPercent ?? 0,
      isResting: this.#reads.isResting,
      reads: this.#report.tally,
      problem: this.#outbox.problem ?? this.#report.problem,
    };
  }

  /** Comparisons that are under way end first, unless the limit is over before that. */
  async close(limit?: {readonly cutAfterMs: number}): Promise<void> {
    const ended = Promise.all([this.#reads.close(), this.#report.close()]);
    if (!limit) return void (await ended);
    const {promise, resolve} = Promise.withResolvers<void>();
    const cancel = after(limit.cutAfterMs, resolve);
    await Promise.race([ended, promise]);
    cancel();
  }

  get #isOn(): boolean {
    return this.#routing.route.shadowPercent !== undefined;
  }

  /** Begun while no tokens are asked for: whoever reads on the target has to know of it. */
  async #untold<T>(send: () => Promise<T>): Promise<T> {
    const write = this.#outbox.write();
    try {
      await write.record(NO_QUERY);
      return await send();
    } finally {
      write.end();
    }
  }
}

/** What can stand in a transaction and writes by itself. A function that writes, called by SELECT, leaves no token. */
const WRITES = /^\s*(?:insert|update|delete|merge|with)\b/i;

/** Not asked: there is no token to be written. */
const NO_QUERY: PgStatements['query'] = () => Promise.reject(new Error('no token is written now'));
