/**
 * How busy a side's server is, for people and their alerts: nothing is decided by it. What the role may not see, or the
 * server does not tell, is undefined.
 */
export interface Usage {
  look(): Promise<ServerUsage>;
}

export type ServerUsage = {
  /** Of all clients of the server. */
  readonly connections: number;
  /** What it lets ordinary clients have. */
  readonly connectionsMax: number;
  /** The longest statement that runs now, our own not counted; 0 when none does. */
  readonly longestStatementMs: number | undefined;
  /** Pages that were found in memory since the last look, 0 to 1; undefined at the first one and while nothing was read. */
  readonly cacheHitShare: number | undefined;
};

/** Counters only rise; after a start of the server they begin anew, and a look says nothing. */
export class HitShare {
  #last: {readonly hits: number; readonly reads: number} | undefined;

  /** `hits`: found in memory; `reads`: not. */
  since(hits: number, reads: number): number | undefined {
    const last = this.#last;
    this.#last = {hits, reads};
    if (!last || hits < last.hits || reads < last.reads) return undefined;
    const all = hits - last.hits + reads - last.reads;
    return all > 0 ? (hits - last.hits) / all : undefined;
  }
}
