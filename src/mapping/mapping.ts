/**
 * How the tables of one side become those of the other, for every value that travels: the copier, the stream, re-reads
 * and comparisons all ask the same `TableMapping`, so that they cannot disagree. Nothing outside this folder knows what
 * kinds of column mappings there are.
 *
 * Two rules hold for every mapping. A key has the same values on both sides, only its columns may be called otherwise.
 * And a value that would not come back as it was is refused when it is met, unless the plan allows loss.
 */
import type {Change, Row, Value} from '../model/change.ts';
import type {Reshape} from '../model/reshape.ts';
import type {Direction, Side} from '../model/side.ts';
import type {Table, TableName} from '../model/table.ts';

export type RowChange = Exclude<Change, {readonly kind: 'truncate'}>;

/** One table in one direction. Values are text, functions are pure. */
export type TableMapping = {
  /** The sending and the receiving table, whole, each as its own catalogue shows it. */
  readonly from: Table;
  readonly to: Table;
  /** The same tables reduced to what travels: the columns that are read, and those that are made of them. */
  readonly reads: Table;
  readonly writes: Table;
  /** Every value keeps its text, and `reads` and `writes` pair their columns in order: servers can copy and compare by themselves. */
  readonly isPlain: boolean;
  /** The stream alone does not always tell whether a row is there, so the forms of the replay window are used for good. */
  readonly isLenient: boolean;
  /** What the columns are called on the receiving side whose values stay as they are. */
  readonly columns: ReadonlyMap<string, string>;
  /** A complete row of `reads` as a row of `writes`. */
  row(row: Row): Row;
  /** What an event of the sending table means to the receiving one; undefined: nothing. */
  change(change: RowChange): RowChange | undefined;
};

/** Some columns of the source and the columns of the target they become: one member of this folder's list. */
export type ColumnMapping = {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly isPlain: boolean;
  /** The type that the plan declares for the target's column. */
  readonly type: string | undefined;
  forward(values: readonly Value[]): readonly Value[];
  /** Absent: these columns of the source get nothing back. */
  readonly reverse: ((values: readonly Value[]) => readonly Value[]) | undefined;
  /** Values that end the way back when they are met, in words. */
  readonly stops: string | undefined;
};

/** The same as an engine's finding. */
export type MappingFinding = {
  readonly severity: 'refuse' | 'warn';
  readonly code: 'CF-MAP-001' | 'CF-MAP-002';
  readonly object: string;
  readonly reason: string;
  readonly next: string;
};

/** All tables of a migration. */
export interface MigrationMapping {
  /** What the table of the source is called on the target. */
  targetName(table: TableName): TableName;
  /** The source's tables, with the rows that belong to the migration. */
  sourceTables(tables: readonly Table[]): readonly Table[];
  /** What does not fit, and what would not travel back. Of `target` those tables that exist already. */
  findings(source: readonly Table[], target: readonly Table[]): readonly MappingFinding[];
  /** Of these tables of the source those that look different on the target, for whoever writes its DDL. */
  reshapes(source: readonly Table[]): readonly Reshape[];
  /** Throws CF-MAP-001 when a table of the target is missing. */
  tables(source: readonly Table[], target: readonly Table[], direction: Direction): readonly TableMapping[];
}

/** The tables as the mappings of one direction see them from one side. */
export const tablesOf = (mappings: readonly TableMapping[], direction: Direction, side: Side): readonly Table[] =>
  mappings.map((mapping) => ((direction === 'forward') === (side === 'source') ? mapping.from : mapping.to));
