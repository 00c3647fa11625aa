/** What a comparison needs of the running stream (hazards §4.2). Implemented by a link, used by verifiers. */
import type {Key} from './change.ts';
import type {Position} from './position.ts';
import type {TableName} from './table.ts';

/** All positions are the sending side's. */
export interface StreamEvidence {
  /** Resolves when the receiving side has applied everything up to `position`; rejects when the stream has failed. */
  reached(position: Position, signal: AbortSignal): Promise<void>;
  /** Changes from now on are remembered per key, until `stop` is called. */
  remember(): TouchedKeys;
}

export interface TouchedKeys {
  /**
   * Whether an event of that key lies in (from, to], or belongs to a transaction that `sees` denies. An event the
   * index no longer holds counts as yes.
   */
  touched(table: TableName, key: Key, from: Position, to: Position, sees: (transaction: string) => boolean): boolean;
  stop(): void;
}
