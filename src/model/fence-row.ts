/**
 * One row per epoch in a side's own database decides who is open. `closed` never opens by itself (a target before its
 * first cutover); `fenced` opens by itself at its deadline; `committed` stays closed until a later cutover opens it.
 */
export type FenceState = 'closed' | 'fenced' | 'committed' | 'released';

export type FenceRow = {
  readonly epoch: number;
  readonly state: FenceState;
  /** Milliseconds until the deadline by the database's own clock when the row was read; negative when it has passed. */
  readonly remainingMs: number;
};
