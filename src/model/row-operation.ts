/**
 * What the applier asks a target to do to rows: the net effect of some whole transactions, per table. Made by
 * `pipeline/net-changes.ts` from the decisions of `pipeline/replay-form.ts`, carried out by an engine's target.
 */
import type {Key, Row} from './change.ts';
import type {TableName} from './table.ts';

/**
 * `step`s of a table are carried out in order; within one step the operations touch different keys and may run as
 * multi-row statements in any order, deletes first.
 */
export type TableBatch = {readonly table: TableName; readonly steps: readonly TableStep[]};

export type TableStep = {readonly kind: 'rows'; readonly operations: readonly RowOperation[]} | {readonly kind: 'truncate'};

export type RowOperation =
  /** `exact`: must meet exactly one row, anything else is a surprise. */
  | {readonly form: 'delete'; readonly key: Key; readonly exact: boolean}
  /** Sets the columns of `row`. Inexact and no row met: the key goes to the re-read list. */
  | {readonly form: 'update'; readonly key: Key; readonly row: Row; readonly exact: boolean}
  /** Strict only: an existing row is a surprise. */
  | {readonly form: 'insert'; readonly key: Key; readonly row: Row}
  /** Window only: insert, or overwrite all columns. */
  | {readonly form: 'upsert'; readonly key: Key; readonly row: Row}
  /** Strict only: the row keeps the columns that `row` lacks; exactly one row. */
  | {readonly form: 'move'; readonly oldKey: Key; readonly key: Key; readonly row: Row};
