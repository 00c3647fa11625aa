/**
 * One transaction of the source while its messages come. Debezium that begins again may do so in the middle of it, and then counts
 * from one again: only a message's place in the log says which change it is, and how many before it stand at the same place (one
 * record of the log may hold many rows). It goes on behind the place that it had stored, so rows of that very place can be
 * missing: then the transaction is torn, until it is sent from its first message on.
 */
export type Verdict = 'next' | 'seen' | 'gap';

export class OpenTransaction {
  readonly xid: string;
  readonly #first: bigint;
  /** The last change that was new, and how many were at its place. */
  #last: {lsn: bigint; count: number};
  /** What is being sent now: since when it goes through without a break, and where it is. */
  #run: {order: number; lsn: bigint; count: number};
  #isTorn = false;
  #tears = 0;

  /** With its first message. */
  constructor(xid: string, lsn: bigint) {
    this.xid = xid;
    this.#first = lsn;
    this.#last = {lsn, count: 1};
    this.#run = {order: 1, lsn, count: 1};
  }

  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** Nothing has come since Debezium began with it again, which was behind the last change that is here: others of that place may be missing. */
  tear(): void {
    if (!this.#isTorn) this.#tears += 1;
    this.#isTorn = true;
  }

  /** How often it was torn so far: sent again from its first message on it is whole, and can be torn again. */
  get tears(): number {
    return this.#tears;
  }

  /** Of each further message: `order` as Debezium counts, `lsn` its place. */
  take(order: number, lsn: bigint): Verdict {
    if (order > this.#run.order + 1) return 'gap';
    if (order <= this.#run.order) this.#beginAgain(order, lsn);
    else this.#run = {order, lsn, count: this.#run.lsn === lsn ? this.#run.count + 1 : 1};
    if (this.#isTorn || lsn < this.#last.lsn) return 'seen';
    if (lsn === this.#last.lsn && this.#run.count <= this.#last.count) return 'seen';
    this.#last = {lsn, count: this.#run.count};
    return 'next';
  }

  #beginAgain(order: number, lsn: bigint): void {
    this.#run = {order, lsn, count: 1};
    if (lsn === this.#first) this.#isTorn = false;
    else if (lsn > this.#last.lsn) this.tear();
  }

  /** `count` as its end tells it: of what was sent since Debezium began with it. */
  isWhole(count: number): boolean {
    return count === this.#run.order;
  }
}
