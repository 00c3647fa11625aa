/** Changes of a schema as a plan asks for them, parsed. Types and expressions are the engine's own SQL, written by the operator. */
import {distinctTables, nameOf, type TableName} from './table.ts';

/** One member per file of `src/operation`, told apart by `kind`. */
export type PlannedOperation =
  | ({readonly kind: 'add-column'} & NewColumn)
  | {readonly kind: 'set-not-null'; readonly table: TableName; readonly column: string}
  | {readonly kind: 'add-check'; readonly table: TableName; readonly name: string; readonly check: string}
  | ({readonly kind: 'add-foreign-key'} & ForeignKey)
  | ({readonly kind: 'add-index'} & NewIndex)
  | ({readonly kind: 'drop-column'} & OldColumn & {
        /** What a writer that does not know the column any more has in it. */
        readonly value?: string;
      })
  | ({readonly kind: 'rename-column'} & Replacement)
  | ({readonly kind: 'change-type'} & Replacement)
  | ({readonly kind: 'split-column'} & Replacement)
  | ({readonly kind: 'widen-key'} & WiderKey)
  | ({readonly kind: 'raw-sql'} & RawSql);

export type Planned<Kind extends PlannedOperation['kind']> = Extract<PlannedOperation, {kind: Kind}>;

export type NewColumn = {
  readonly table: TableName;
  readonly column: string;
  /** As DDL writes it: `numeric(12,2)`. */
  readonly type: string;
  /** An expression. Without a backfill it must be one value for all rows. */
  readonly default?: string;
  readonly notNull: boolean;
  /** The value of a row that does not have one yet, from its other columns. */
  readonly backfill?: string;
};

export type ForeignKey = {
  readonly table: TableName;
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: {readonly table: TableName; readonly columns: readonly string[]};
  readonly onDelete?: string;
};

export type NewIndex = {
  readonly table: TableName;
  readonly name: string;
  /** Columns and expressions as `CREATE INDEX` writes them. */
  readonly on: readonly string[];
  readonly unique: boolean;
  readonly where?: string;
};

/** One that is gone after contract. */
export type OldColumn = {
  readonly table: TableName;
  readonly column: string;
  /** Names of what may hang on it still and goes with it; anything else holds contract up. */
  readonly goesWith: readonly string[];
};

/** One column becomes others; until contract each writer may use either, and both are kept in step. */
export type Replacement = OldColumn & {
  /** Of the old column, as the catalogue writes it. */
  readonly oldType: string;
  readonly into: readonly NewPart[];
  /** An expression over the new columns: the value of the old one. */
  readonly back: string;
};

/** A column as SQL has it everywhere, and what stands for its value in another type where a plan says nothing else. */
export const standardName = (column: string): string => `"${column.replaceAll('"', '""')}"`;
export const standardCast = (column: string, type: string): string => `CAST(${standardName(column)} AS ${type})`;

export type NewPart = {
  readonly column: string;
  readonly type: string;
  /** An expression over the old column. */
  readonly using: string;
  /** Both final at contract. */
  readonly notNull: boolean;
  readonly default?: string;
};

/** A key becomes wider together with every column that holds its values. All names stay what they are. */
export type WiderKey = OldColumn & {
  /** The key itself first. Of each the column that takes its place. */
  readonly columns: readonly WiderColumn[];
  /** All that lead from or to one of the columns; made anew on the wider ones. */
  readonly foreignKeys: readonly KeptForeignKey[];
  /** All that one of the columns is part of. */
  readonly indexes: readonly KeptIndex[];
};

export type WiderColumn = Replacement & {
  /** Where the database itself numbers the rows. */
  readonly identity?: 'always' | 'by default';
  /** What a default takes its numbers from. */
  readonly sequence?: TableName;
};

export type KeptForeignKey = ForeignKey & {readonly onUpdate?: string; readonly deferrable?: 'immediate' | 'deferred'};

/** `constraint`: what the index stands for. */
export type KeptIndex = NewIndex & {readonly constraint?: 'primary key' | 'unique'};

export type RawSql = {
  readonly name: string;
  readonly tables: readonly TableName[];
  readonly start: readonly string[];
  readonly undo: readonly string[];
  readonly complete: readonly string[];
  /** A query that gives one number: of what is not yet as it has to be. */
  readonly validate?: string;
};

/** `schema.table.column`: how steps and messages name it. */
export const columnName = ({table, column}: {readonly table: TableName; readonly column: string}): string => `${nameOf(table)}.${column}`;

/** What it is about: a column, or what it makes by name. */
export const subjectOf = (planned: PlannedOperation): string => {
  if (planned.kind === 'raw-sql') return planned.name;
  return 'name' in planned ? `${nameOf(planned.table)}.${planned.name}` : columnName(planned);
};

/** `add-column shop.orders.channel`: what a run knows it by. */
export const operationName = (planned: PlannedOperation): string => `${planned.kind} ${subjectOf(planned)}`;

/** Whether contract takes something away that others may use. */
export const takesAway = (planned: PlannedOperation): boolean => 'goesWith' in planned;

/** Those that it is carried out on; the first is the one that is changed. */
export const tablesOf = (planned: PlannedOperation): readonly TableName[] => {
  if (planned.kind === 'raw-sql') return planned.tables;
  if (planned.kind === 'widen-key') return distinctTables(planned.columns.map(({table}) => table));
  return planned.kind === 'add-foreign-key' ? [planned.table, planned.references.table] : [planned.table];
};
