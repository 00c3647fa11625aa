/** Writing changes to a side, and the position that accounts for them, in one commit (invariant 2). */
import type {Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {TableBatch} from '../model/row-operation.ts';
import type {Direction} from '../model/side.ts';
import type {Table, TableName} from '../model/table.ts';

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
/** What of it is kept beside the position. `refused`: of the rows that this transaction left out. */
export type StoredLists = Pick<ApplyCommit, 'rereadClear' | 'rereadRemove' | 'rereadAdd' | 'ends'> & {readonly refused: readonly Refused[]};
export type TableKey = {readonly table: TableName; readonly key: Key};

/** A row that this side cannot hold as it is. `reason`: the server's, without values of the row. */
export type Refused = TableKey & {readonly reason: string};

/** `missing`: keys that an inexact update did not meet. Both kinds go to the re-read list in the same commit, `refused` with their reason. */
export type AppliedRows = {readonly missing: readonly TableKey[]; readonly refused: readonly Refused[]};

/** A row that waits because this side cannot hold it. `since`: RFC 3339 UTC. */
export type Parked = Refused & {readonly since: string};

/** `parks`: a row that the server refuses for its values is left out and answered, instead of ending the lane. */
export type ApplierOptions = {readonly parks: boolean};

/** `tables`: as this side's catalogue shows them. */
export type Lane = ApplierOptions & {readonly direction: Direction; readonly epoch: number; readonly tables: readonly Table[]};

/** One lane of apply: its own session, one transaction at a time, opened and tagged by the first `write`. */
export interface Applier {
  /** Carries out row operations in the open transaction. A rowcount surprise is CF-APPLY-001. */
  write(batches: readonly TableBatch[]): Promise<AppliedRows>;
  /** Stores position, list and ends by compare-and-set, and commits. A lost compare-and-set is CF-LEASE-002. */
  commit(rest: ApplyCommit): Promise<void>;
  close(): Promise<void>;
}

export type StoredWindows = {
  readonly ends: readonly {readonly table: TableName; readonly end: Position}[];
  readonly rereads: readonly TableKey[];
};

export type Progress = {readonly epoch: number; readonly position: Position; readonly commitSeq: number};
