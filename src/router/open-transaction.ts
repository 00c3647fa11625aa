/**
 * A router's transaction for callers that begin and end it by calls of their own. The function that the router runs
 * waits in the middle until the end is known, so BEGIN, COMMIT, and what their errors prove stay the router's business.
 */
import type {Router} from './router.ts';
import type {Transaction} from './transaction.ts';

export class OpenTransaction {
  readonly #inside: Transaction;
  readonly #end: PromiseWithResolvers<void>;
  /** The router's own: ends when COMMIT or ROLLBACK has. */
  readonly #whole: Promise<void>;
  /** What made the transaction fail, so that the router can mark it as without effect. */
  #failure: unknown;

  private constructor(inside: Transaction, end: PromiseWithResolvers<void>, whole: Promise<void>) {
    this.#inside = inside;
    this.#end = end;
    this.#whole = whole;
  }

  static async begin(router: Router): Promise<OpenTransaction> {
    const begun = Promise.withResolvers<Transaction>();
    const end = Promise.withResolvers<void>();
    const whole = router.transaction(async (transaction) => {
      begun.resolve(transaction);
      await end.promise;
    });
    whole.catch(begun.reject); // reported there, or by commit and rollBack
    return new OpenTransaction(await begun.promise, end, whole);
  }

  query: Transaction['query'] = async (text, params) => {
    try {
      return await this.#inside.query(text, params);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  };

  /** Throws what the router says of COMMIT; `outcomeOf` tells whether it may have happened. */
  commit(): Promise<void> {
    this.#end.resolve();
    return this.#whole;
  }

  async rollBack(): Promise<void> {
    const reason = this.#failure instanceof Error ? this.#failure : new RolledBack();
    this.#end.reject(reason);
    await this.#whole.catch((error: unknown) => {
      if (error !== reason) throw error;
    });
  }
}

/** Internal: the caller wanted it, nothing failed. */
class RolledBack extends Error {}
