/**
 * What dual writes and moved reads ask of one database, said in its own words. A driver implements it in a file beside this
 * one; when a token is due, which of them a reader needs, and what a difference proves is written once for all.
 */

/** Whose row of the outbox is raised: `router` and `place` are its key. `n`: above all that its router knows to stand there. */
export type Token = {readonly router: string; readonly place: number; readonly epoch: number; readonly n: bigint};

/** By place, the number that a side must have reached; places are those of one router. */
export type Tokens = Map<number, bigint>;

/** `tally` is JSON. */
export type Report = {readonly migration: string; readonly router: string; readonly version: number; readonly tally: string};

export type Needed = {readonly router: string; readonly tokens: Tokens; readonly msMax: number};

/** One database. `S` is the driver's own way of sending statements. */
export interface DualSide<S> {
  /**
   * Raises the token as the last statement of a transaction. Undefined where the transaction has certainly written nothing and
   * needs none. Whatever it throws, the transaction can be committed as it was, or the server has taken all of it back.
   */
  raiseInside(statements: S, token: Token): Promise<bigint | undefined>;
  /** Raises it in a transaction of its own. */
  raise(statements: S, token: Token): Promise<bigint>;
  /** Says what became of reads. */
  report(statements: S, report: Report): Promise<unknown>;
  /**
   * Runs `act` in one snapshot that shows all of these tokens, where nothing can be written; undefined when they are not there yet.
   * Absent where reads cannot move to.
   */
  readAt?<R>(statements: S, needed: Needed, act: (statements: S) => Promise<R>): Promise<{readonly value: R} | undefined>;
}

/** `table`: schema.table, quoted as this database does it. */
export function quotedTable(table: string, quote: '"' | '`'): string {
  const parts = table.split('.');
  if (parts.length !== 2 || parts.includes('')) throw new TypeError(`outbox must be schema.table, not ${table}`);
  return parts.map((part) => `${quote}${part.replaceAll(quote, quote + quote)}${quote}`).join('.');
}
