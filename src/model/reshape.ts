/** A table in another shape, as an engine needs it to write DDL. Made by `mapping` from its rules. */
import type {TableName} from './table.ts';

export type Reshape = {
  readonly from: TableName;
  readonly to: TableName;
  /** Partitions of `from`: they keep their names. */
  readonly partitions: readonly TableName[];
  readonly columns: readonly ColumnReshape[];
};

/** `type` is declared by the plan; undefined: as it is on the source. */
export type ColumnReshape =
  /** Every value keeps its text, so whatever is built over the column follows it. */
  | {readonly kind: 'kept'; readonly from: string; readonly to: string; readonly type: string | undefined}
  /** Other values: indexes of the column itself follow, nothing else can. */
  | {readonly kind: 'changed'; readonly from: string; readonly to: string; readonly type: string | undefined}
  /** Columns that go, and those that come in their place. Without any it was dropped on purpose. */
  | {readonly kind: 'replaced'; readonly from: readonly string[]; readonly to: readonly NewShape[]};

export type NewShape = {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** A text, for rows that the application writes without it. */
  readonly defaultValue: string | undefined;
};
