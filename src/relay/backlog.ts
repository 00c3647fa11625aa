/** How much of a topic is still to be read. Its end is asked only when it could be near: there may be millions of messages. */
const FAR_MESSAGES = 20_000n;

export class Backlog {
  readonly #askEnd: () => Promise<bigint>;
  #next: bigint;
  #end = 0n;

  constructor(askEnd: () => Promise<bigint>, from: bigint) {
    this.#askEnd = askEnd;
    this.#next = from;
  }

  readTo(offset: bigint | undefined): void {
    if (offset !== undefined) this.#next = offset + 1n;
  }

  async isFar(): Promise<boolean> {
    if (this.#isFarFrom(this.#end)) return true;
    this.#end = await this.#askEnd();
    return this.#isFarFrom(this.#end);
  }

  #isFarFrom(end: bigint): boolean {
    return end - this.#next > FAR_MESSAGES;
  }
}
