/**
 * The effects seam: every act that leaves the process, and every source of time and chance, goes through here.
 * Production passes everything on; tests record the points, delay, fail, or kill the process at any of them.
 * Called by the seam files only (`test/architecture.test.ts` names them).
 */
export type EffectKind =
  | 'journal.write'
  | 'sql.send'
  | 'sql.reply'
  | 'copy.end'
  | 'stream.acknowledge'
  | 'admin.command'
  | 'watchdog.action'
  | 'process.spawn';

export interface Effects {
  /** Awaited immediately before (`send`, `write`, …) or after (`reply`, `end`) the act. A throw is the act's failure. */
  point(kind: EffectKind, label: string): Promise<void> | void;
  readonly clock: Clock;
  /** A new random identifier. */
  randomId(): string;
}

export interface Clock {
  /** Wall clock, for people only; no decision rests on it. */
  now(): Date;
  /** For budgets and rates. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
