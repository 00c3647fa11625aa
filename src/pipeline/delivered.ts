/** Transactions that the stream has delivered and that a re-read must see (R6), as long as they are few enough to be asked about. */

/** Beyond this one wait for visibility is cheaper than asking about each transaction. */
const DELIVERED_MAX = 10_000;

export class Delivered {
  /** `undefined`: everything so far has to be visible first. What an earlier pass has applied is not remembered. */
  #known: Set<string> | undefined;

  add(transaction: string): void {
    if (this.#known && this.#known.size < DELIVERED_MAX) this.#known.add(transaction);
    else this.#known = undefined;
  }

  /** There are some that were not added. */
  lost(): void {
    this.#known = undefined;
  }

  /** A read has seen all of them. */
  seen(): void {
    this.#known = new Set();
  }

  /** `untilVisible` is awaited where nobody knows which they are. */
  async mustSee(untilVisible: () => Promise<unknown>): Promise<ReadonlySet<string>> {
    if (!this.#known) await untilVisible();
    return this.#known ?? new Set();
  }
}
