/** Writing changes to a side, and the position that accounts for them, in one commit (invariant 2). */
import type {Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {TableBatch} from '../model/row-operation.ts';
import type {TableName} from '../model/table.ts';

/** What one apply commit stores beside the rows, all of it or nothing (invariant 2). */
export type ApplyCommit = {
  readonly position: Position;
  /** The value the progress row must have; the commit makes it one more. */
  readonly commitSeq: number;
  /** Keys to add to, and to take from, the re-read list. */
  readonly rereadAdd: readonly TableKey[];
  readonly rereadRemove: readonly TableKey[];
  /** Tables whose re-read list is void, because they were truncated. */
  readonly rereadClear: readonly TableName[];
  /** New end positions of the replay window, per table. */
  readonly ends: readonly {readonly table: TableName; readonly end: Position}[];
};
export type TableKey = {readonly table: TableName; readonly key: Key};

/** One lane of apply: its own session, one transaction at a time, opened and tagged by the first `write`. */
export interface Applier {
  /**
   * Carries out row operations in the open transaction. `missing`: keys that an inexact update did not meet; they go
   * to the re-read list in the same commit. A rowcount surprise is CF-APPLY-001.
   */
  write(batches: readonly TableBatch[]): Promise<readonly TableKey[]>;
  /** Stores position, list and ends by compare-and-set, and commits. A lost compare-and-set is CF-LEASE-002. */
  commit(rest: ApplyCommit): Promise<void>;
  close(): Promise<void>;
}

export type Progress = {readonly epoch: number; readonly position: Position; readonly commitSeq: number};
