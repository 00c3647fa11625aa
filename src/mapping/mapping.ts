/**
 * How the tables of one side become those of the other, for every value that travels: the copier, the stream, re-reads
 * and comparisons all ask the same `TableMapping`, so that they cannot disagree. Nothing outside this folder knows what
 * kinds of column mappings there are.
 *
 * Two rules hold for every mapping. A key has one key on the other side, which leads back to it: between servers of one
 * engine the same texts, between two engines perhaps others. And a value that would not come back as it was is refused when it is met, unless the plan allows loss.
 */
import type {Carried, KeptText} from '../model/carried.ts';
import type {ColumnForm, TextForms} from '../model/text-form.ts';
import type {Change, Key, Row, Value} from '../model/change.ts';
import type {ConvertibleSchema} from '../model/convertible-schema.ts';
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
  /** The same, where each column of `writes` is made of the one of `reads` in its place. */
  readonly carried?: readonly Carried[];
  /** How the two servers can compare `reads` and `writes`, whose columns are then those of one another in order. */
  readonly alike?: TextForms;
  /** A key of `from` as `to` has it, and back. */
  keyThere(key: Key): Key;
  keyBack(key: Key): Key;
  /** A complete row that `writes` holds, as `row` would have made it: two engines may write one value in several ways. */
  received(row: Row): Row;
  /** What an event of the sending table means to the receiving one; undefined: nothing. */
  change(change: RowChange): RowChange | undefined;
};

/** Some columns of the source and the columns of the target they become: one member of this folder's list. */
export type ColumnMapping = {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly isPlain: boolean;
  /** It may be part of a key: its texts are the same on both sides, or each has exactly one there. Absent: it may not. */
  readonly asKey?: 'same' | 'converted';
  /** It is what the two engines mean by the same column, and whoever writes the target's DDL for them knows its type. */
  readonly isConverted?: true;
  /** Why nothing can become of it, in words. */
  readonly problem?: string;
  /** The type that the plan declares for the target's column. */
  readonly type: string | undefined;
  forward(values: readonly Value[]): readonly Value[];
  /** Absent: these columns of the source get nothing back. */
  readonly reverse: ((values: readonly Value[]) => readonly Value[]) | undefined;
  /** Values that end the way back when they are met, in words. */
  readonly stops: string | undefined;
  /** Whether two texts of one side are one value; absent: when they are equal. */
  isSame?(a: Value, b: Value): boolean;
  /** Texts of the source that the target reads as they are, and that come back. */
  readonly kept?: KeptText;
  /** How the two servers can compare it by themselves. */
  readonly alike?: ColumnForm;
};

/** The same as an engine's finding. */
export type MappingFinding = {
  readonly severity: 'refuse' | 'warn';
  readonly code: 'CF-MAP-001' | 'CF-MAP-002';
  readonly object: string;
  readonly reason: string;
  readonly next: string;
};

/** DDL in the language of the target, in order, and what is said of the objects that are not in it as they were. */
export type ConvertedScript = {
  readonly preData: readonly ConvertedStatement[];
  readonly postData: readonly ConvertedStatement[];
  readonly findings: readonly ConversionFinding[];
  readonly types: readonly MappedType[];
  readonly foldedKeys: readonly FoldedKey[];
};

/** What one table brings to it. */
export type TableScript = Pick<ConvertedScript, 'preData' | 'postData' | 'findings'>;

/** A thing that is not converted, or not as it was, before anything starts. `text`: the object's own, as the source has it. */
export type ConversionFinding = Omit<MappingFinding, 'code'> & {readonly text: string};

/** One column of the type map, as `assess` shows it. */
export type MappedType = {
  readonly table: TableName;
  readonly column: string;
  readonly from: string;
  /** Undefined: refused, unless the plan declares one of the others. */
  readonly to: string | undefined;
  /** What the plan may declare instead. */
  readonly others: readonly string[];
  /** Values that have no equal there. `where` is a condition of the source's SQL that finds them; undefined: no SQL can tell. */
  readonly losses: readonly TypeLoss[];
  /** What one of the others would lose. */
  readonly otherLosses: readonly (TypeLoss & {readonly type: string})[];
  readonly stops: string | undefined;
};

export type TypeLoss = {readonly what: string; readonly where: string | undefined; readonly becomes: string};

/** A unique key in which the target will tell fewer texts apart than bytes do, by rules of its own. */
export type FoldedKey = {
  readonly table: TableName;
  readonly index: string;
  /** What the source groups its rows by to find keys that would be one on the target. */
  readonly groupBy: readonly string[];
};
/** `isOptional`: stays behind, with a warning, where the target does not take it. */
export type ConvertedStatement = {readonly object: string; readonly sql: string; readonly isOptional?: true};

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
  /** The schema of the source in the language of the target, every table under its own name. Absent where both speak one. */
  readonly converted?: (schema: ConvertibleSchema) => ConvertedScript;
  /** Throws CF-MAP-001 when a table of the target is missing. */
  tables(source: readonly Table[], target: readonly Table[], direction: Direction): readonly TableMapping[];
}

/** The tables as the mappings of one direction see them from one side. */
export const tablesOf = (mappings: readonly TableMapping[], direction: Direction, side: Side): readonly Table[] =>
  mappings.map((mapping) => ((direction === 'forward') === (side === 'source') ? mapping.from : mapping.to));
