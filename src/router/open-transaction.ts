/**
 * A router's transaction for callers that begin and end it by calls of their own. The function that the router runs
 * waits in the middle until the end is known, so BEGIN, COMMIT, and what their errors prove stay the router's business.
 */

/** `I`: what the router gives the function of a transaction. */
export class OpenTransaction<I> {
  readonly #inside: I;
  readonly #end: PromiseWithResolvers<void>;
  /** The router's own: ends when COMMIT or ROLLBACK has. */
  readonly #whole: Promise<void>;
  /** What made the transaction fail, so that the router can mark it as without effect. */
  #failure: unknown;

  private constructor(inside: I, end: PromiseWithResolvers<void>, whole: Promise<void>) {
    this.#inside = inside;
    this.#end = end;
    this.#whole = whole;
  }

  /** `run` is the router's `transaction`. */
  static async begin<I>(run: (act: (inside: I) => Promise<void>) => Promise<void>): Promise<OpenTransaction<I>> {
    const begun = Promise.withResolvers<I>();
    const end = Promise.withResolvers<void>();
    const whole = run(async (inside) => {
      begun.resolve(inside);
      await end.promise;
    });
    whole.catch(begun.reject); // reported there, or by commit and rollBack
    return new OpenTransaction(await begun.promise, end, whole);
  }

  async send<T>(act: (inside: I) => Promise<T>): Promise<T> {
    try {
      return await act(this.#inside);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

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
