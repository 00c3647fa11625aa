/** Reads on the target while the source is open: only what the tokens show to be new enough, and never for longer than a limit. */
import {after, monotonicMs} from './clock.ts';
import type {DualSide, Tokens} from './dual-side.ts';
import type {SideConnection} from './router-side.ts';

export type TargetAnswer<A> =
  | {readonly kind: 'answered'; readonly answer: A; readonly ms: number}
  | {readonly kind: 'behind'}
  | {readonly kind: 'failed'};

export type TargetCalls<T> = {
  /** On a connection to the target, whichever side is open. */
  readonly aside: <R>(act: (connection: SideConnection<T>) => Promise<R>) => Promise<R>;
  readonly readAt: NonNullable<DualSide<T>['readAt']>;
  /** Whose tokens. */
  readonly router: string;
  readonly msMax: number;
};

export class TargetReads<T> {
  readonly #calls: TargetCalls<T>;

  constructor(calls: TargetCalls<T>) {
    this.#calls = calls;
  }

  /** Never rejects: whoever asks has another side that answers. */
  async ask<A>(act: (statements: T) => Promise<A>, needed: Tokens): Promise<TargetAnswer<A>> {
    try {
      return await this.#within((connection) => this.#asked(connection, act, needed));
    } catch {
      return {kind: 'failed'};
    }
  }

  async #asked<A>(connection: SideConnection<T>, act: (statements: T) => Promise<A>, tokens: Tokens): Promise<TargetAnswer<A>> {
    const {readAt, router, msMax} = this.#calls;
    const began = monotonicMs();
    try {
      const found = await readAt(connection.statements, {router, tokens, msMax}, async (statements) => {
        const answer = await act(statements);
        return {answer, ms: monotonicMs() - began};
      });
      return found ? {kind: 'answered', ...found.value} : {kind: 'behind'};
    } catch (error) {
      connection.isBroken = true;
      throw error;
    }
  }

  /** A server that says nothing at all is not waited for either; its connection is closed whenever it answers. */
  #within<A>(act: (connection: SideConnection<T>) => Promise<TargetAnswer<A>>): Promise<TargetAnswer<A>> {
    const {promise, resolve} = Promise.withResolvers<TargetAnswer<A>>();
    const cancel = after(this.#calls.msMax, () => resolve({kind: 'failed'}));
    const asked = this.#calls.aside(act).finally(cancel);
    asked.catch(() => undefined); // reported by the race, unless the limit was first
    return Promise.race([asked, promise]);
  }
}
