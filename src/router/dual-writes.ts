/**
 * What a router does for an application that is moved by `dual-write`: a write leaves its token in the outbox in its own
 * transaction, so that the change stream brings both to the other side together; a read may be answered by the target
 * or tried on both. Whether it does any of it is the route's to say; the application's code is the same before and after.
 */
import type {ReadTally} from '../model/read-tally.ts';
import {after} from './clock.ts';
import type {DualSide, Report, Tokens} from './dual-side.ts';
import {Outbox, type Raise} from './outbox.ts';
import type {Judge} from './read-comparison.ts';
import {ReadReport} from './read-report.ts';
import {type Question, Reads} from './reads.ts';
import type {PerSide, Routing, TransactionOptions} from './routing.ts';
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

/** Reads can move there. */
export type ReadableSide<T> = DualSide<T> & Required<Pick<DualSide<T>, 'readAt'>>;
export type DualSides<S, T> = {readonly source: DualSide<S>; readonly target: ReadableSide<T>};

/** `C`: an answer in the form in which both sides' are compared. */
export class DualWrites<S, T, C> {
  readonly #routing: Routing<S, T>;
  readonly #sides: DualSides<S, T>;
  readonly #outbox: Outbox;
  readonly #report: ReadReport;
  readonly #reads: Reads<S, T, C>;

  constructor(routing: Routing<S, T>, sides: DualSides<S, T>, judge: Judge<C>, targetReadMs: number = TARGET_READ_MS) {
    const {source, target} = sides;
    this.#routing = routing;
    this.#sides = sides;
    this.#outbox = new Outbox({
      epoch: () => (this.#isOn ? routing.route.epoch : undefined),
      raise: (token) => routing.statement({source: (to) => source.raise(to, token), target: (to) => target.raise(to, token)}),
    });
    const {router} = this.#outbox;
    this.#report = new ReadReport({
      router,
      route: () => routing.route,
      send: (report: Report) => routing.statement({source: (to) => source.report(to, report), target: (to) => target.report(to, report)}),
    });
    this.#reads = new Reads({
      route: () => routing.route,
      open: (acts) => routing.statement(acts),
      target: new TargetReads({aside: (act) => routing.aside(act), readAt: target.readAt, router, msMax: targetReadMs}),
      outbox: this.#outbox,
      report: this.#report,
      judge,
    });
  }

  /** Of one statement. One that writes becomes a transaction of two, which is sent again where the statement alone would have been. */
  statement<A, B>(text: string, acts: PerSide<S, T, A, B>, mine?: Tokens): Promise<A | B> {
    if (!WRITES.test(text)) return this.#routing.statement(acts);
    if (!this.#isOn) return this.#untold(() => this.#routing.statement(acts));
    return this.transaction(acts, {retryRefused: true}, mine);
  }

  async transaction<A, B>(acts: PerSide<Inside<S>, Inside<T>, A, B>, options?: TransactionOptions, mine?: Tokens): Promise<A | B> {
    const write = this.#outbox.write(mine);
    const told =
      <I, R>(act: (inside: I) => Promise<R>, raiseOn: (inside: I) => Raise) =>
      async (inside: I): Promise<R> => {
        const value = await act(inside);
        if (options?.accessMode !== 'read only') await write.record(raiseOn(inside));
        return value;
      };
    const {source, target} = this.#sides;
    try {
      const value = await this.#routing.transaction(
        {
          source: told(acts.source, (inside) => (token) => source.raiseInside(inside, token)),
          target: told(acts.target, (inside) => (token) => target.raiseInside(inside, token)),
        },
        options,
      );
      write.end();
      return value;
    } catch (error) {
      write.end(error);
      throw error;
    }
  }

  read<A, B>(question: Question<S, T, A, B, C>, mine?: Tokens): Promise<A | B> {
    return this.#reads.read(question, mine);
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
  async #untold<R>(send: () => Promise<R>): Promise<R> {
    const write = this.#outbox.write();
    try {
      await write.record(NO_TOKEN);
      return await send();
    } finally {
      write.end();
    }
  }
}

/** What can stand in a transaction and writes by itself. A function that writes, called by SELECT, leaves no token. */
const WRITES = /^(?:[\s(]|\/\*[^]*?\*\/|--[^\n]*\n|#[^\n]*\n)*(?:insert|update|delete|merge|replace|with|load)\b/i;

/** Not asked: there is no token to be written. */
const NO_TOKEN: Raise = () => Promise.reject(new Error('no token is written now'));
