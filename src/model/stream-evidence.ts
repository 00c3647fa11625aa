/** What a comparison needs of the running stream (hazards §4.2). Implemented by a link, used by verifiers. */
import type {Key} from './change.ts';
import type {Position} from './position.ts';
import type {TableName} from './table.ts';

/** All positions are the sending side's. */
export interface StreamEvidence {
  /** Resolves when the receiving side has applied everything up to `position`; rejects when the stream has failed. */
  reached(position: Position, signal: AbortSignal): Promise<void>;
  /**
   * Changes from now on are remembered per key, until `stop` is called. Resolves when whatever was applied before is
   * visible to every later read of the sending side (R11), which the status shows as a wait.
   */
  remember(signal: AbortSignal): Promise<TouchedKeys>;
}

export interface TouchedKeys {
  /**
   * Whether an event of that key lies in (from, to], or belongs to a transaction that `sees` denies. An event the
   * index no longer holds counts as yes.
   */
  touched(table: TableName, key: Key, from: Position, to: Position, sees: (transaction: string) => boolean): boolean;
  /**
   * Whether a transaction that changed that key and committed at or before `position` is denied by `sees`: then the row
   * was read as it stood before it, and being equal proves nothing about that change (R11).
   */
  pending(table: TableName, key: Key, position: Position, sees: (transaction: string) => boolean): boolean;
  /** Whether the receiving side could not hold that row as it is: that it differs is on record, and no later look says more. */
  isParked(table: TableName, key: Key): boolean;
  stop(): void;
}
