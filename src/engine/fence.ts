import {TransientError} from '../model/errors.ts';
import type {FenceRow} from '../model/fence-row.ts';
import type {Position} from '../model/position.ts';
import type {Table, TableName} from '../model/table.ts';

/** Somebody else ended the attempt before its fence stood; trying again cannot help. */
export class AttemptOver extends TransientError {}

/** Makes a side refuse application writes, in the database itself (hazards §3.2 P1, §3.3). */
export interface Fence {
  /** Closes a side that has never been open (epoch 0, state `closed`). */
  closeFromStart(tables: readonly Table[]): Promise<void>;
  /**
   * Asked before the hold: makes what `raise` would otherwise have to make in it, unless that takes `holdMs` at most. Making
   * it costs clients that have transactions open, and in the hold there are none. Everybody still passes afterwards.
   * Absent where raising alone is quick.
   */
  arm?(tables: readonly Table[], holdMs: number): Promise<void>;
  /**
   * C3: one transaction with the lease's row lock, the attempt's row, the triggers and the marker; waits for open
   * writers. `epoch` must be current here (K2); the attempt opens by itself `budgetMs` after now.
   */
  raise(request: {
    readonly tables: readonly Table[];
    readonly attempt: number;
    readonly epoch: number;
    readonly budgetMs: number;
    readonly marker: string;
  }): Promise<{readonly position: Position}>;
  /** Every attempt's row, oldest first. */
  rows(): Promise<FenceRow[]>;
  /** C8, under the row's lock, by `decideCommit`. */
  commit(attempt: number, epoch: number): Promise<'committed' | {readonly refused: string}>;
  /** Release by compare-and-set, `decideRelease`; inserts the tombstone where no row exists. */
  release(attempt: number): Promise<'released' | 'committed'>;
  /** Opens a side after the decision: every row becomes `released`. Refused unless `epoch` is current here (K3). */
  open(epoch: number): Promise<void>;
  /** Drops triggers of epochs whose row is released; never waits long. Answers the tables that were busy and still have theirs, which let everything pass. */
  clean(tables: readonly Table[]): Promise<readonly TableName[]>;
  /** Drops every trigger of this migration, whatever its row says: abort, after the streams have gone. */
  remove(tables: readonly Table[]): Promise<void>;
}
