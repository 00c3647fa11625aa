/** A routing with what an application's outbox adds to it, where it names one: what the routers for dual writes are made of. */
import type {DualSide, Tokens} from './dual-side.ts';
import {type DualSides, type DualState, DualWrites, type ReadableSide} from './dual-writes.ts';
import type {Judge} from './read-comparison.ts';
import type {Question} from './reads.ts';
import type {RouterSide} from './router-side.ts';
import {type PerSide, Routing, type RouterLife, type RouterState, type RoutingOptions, type TransactionOptions} from './routing.ts';
import type {Inside} from './transaction.ts';

export type DualRoutingOptions = RoutingOptions & {
  /**
   * schema.table of the outbox, for an application that is moved by `dual-write`: writes raise their token in it while the
   * plan's run asks for that, and `read` may be answered by the target. Without it nothing of that happens.
   */
  readonly outbox?: string;
  /** How long a read waits for the target before the source answers, default 1 s. */
  readonly targetReadMs?: number;
};

/** `mine`: what one of the application's users has written. */
export class DualRouting<S, T, C> implements RouterLife {
  readonly #routing: Routing<S, T>;
  readonly #dual: DualWrites<S, T, C> | undefined;

  constructor(sides: {readonly source: RouterSide<S>; readonly target: RouterSide<T>}, judge: Judge<C>, options: DualRoutingOptions) {
    const {outbox, targetReadMs} = options;
    // What is refused is refused before anything is opened.
    const dualSides = outbox === undefined ? undefined : readableSides(sides, outbox);
    this.#routing = new Routing(sides, options);
    if (dualSides) this.#dual = new DualWrites(this.#routing, dualSides, judge, targetReadMs);
  }

  /** `text`: of either side's statement; its first word tells whether it writes. */
  statement<A, B>(text: string, acts: PerSide<S, T, A, B>, mine?: Tokens): Promise<A | B> {
    return this.#dual ? this.#dual.statement(text, acts, mine) : this.#routing.statement(acts);
  }

  transaction<A, B>(acts: PerSide<Inside<S>, Inside<T>, A, B>, options?: TransactionOptions, mine?: Tokens): Promise<A | B> {
    return this.#dual ? this.#dual.transaction(acts, options, mine) : this.#routing.transaction(acts, options);
  }

  read<A, B>(question: Question<S, T, A, B, C>, mine?: Tokens): Promise<A | B> {
    return this.#dual ? this.#dual.read(question, mine) : this.#routing.statement(question.acts);
  }

  state(): RouterState & {readonly dual?: DualState} {
    return {...this.#routing.state(), ...(this.#dual ? {dual: this.#dual.state()} : {})};
  }

  async close(limit?: {readonly cutAfterMs: number}): Promise<void> {
    await this.#dual?.close(limit);
    await this.#routing.close(limit);
  }
}

function readableSides<S, T>(sides: {readonly source: RouterSide<S>; readonly target: RouterSide<T>}, outbox: string): DualSides<S, T> {
  const target = sides.target.dual(outbox);
  if (!isReadable(target)) throw new TypeError('outbox: reads cannot move to a target of this kind');
  return {source: sides.source.dual(outbox), target};
}

const isReadable = <T>(side: DualSide<T>): side is ReadableSide<T> => side.readAt !== undefined;
