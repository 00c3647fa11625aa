/** A table as the engine's catalogue shows it, reduced to what copying, applying and comparing need. */

import type {Key, Row} from './change.ts';
import type {RowFilter} from './row-filter.ts';

export type TableName = {readonly schema: string; readonly name: string};

export type Column = {
  readonly name: string;
  /** The type as the engine writes it in DDL, length and scale included: `numeric(38,10)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** Of a domain the type that it restricts, of an enum `enum`; absent elsewhere. */
  readonly base?: string;
  /** Computed by the database itself; never written, compared only where both sides compute it alike. */
  readonly generated: boolean;
  /** `always` needs OVERRIDING SYSTEM VALUE and may not be updated. */
  readonly identity: 'always' | 'by-default' | undefined;
  /** Every server of this engine reads its binary form alike; false for types whose binary form carries catalogue numbers. */
  readonly portableBinary: boolean;
  /** Where the operators that compare its values are, when they came with its type and are not the engine's own. */
  readonly operatorSchema?: string;
  /** The database has a value for rows that come without one. */
  readonly hasDefault?: boolean;
  /** Of a text that cannot hold every sign, in the engine's own word. */
  readonly characterSet?: string;
};

export type Table = {
  readonly name: TableName;
  readonly columns: readonly Column[];
  /** The columns that identify a row, in the index's order: primary key, or the replica identity's index. */
  readonly key: readonly string[];
  /** Partitions of a partitioned table; its rows are copied, streamed and compared through the root. */
  readonly partitions: readonly TableName[];
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
  /** Only these rows belong to the migration: every read leaves the others out, and a truncate spares them. */
  readonly only?: RowFilter;
  /** Its policies hide rows from its owner too. */
  readonly forcesRowSecurity?: true;
  /** Stands for a table with more columns than these; the others are kept, so a row is changed and never replaced. */
  readonly isPartial?: true;
};

/** `schema.name`, unquoted: the name used in plans, journals and messages. */
export const nameOf = (table: TableName): string => `${table.schema}.${table.name}`;

/** Each once, in the order of their first places. */
export const distinctTables = (tables: readonly TableName[]): TableName[] => [
  ...new Map(tables.map((table) => [nameOf(table), table])).values(),
];

/** The columns that are written: all but the generated ones. */
export const writtenColumns = (table: Table): readonly Column[] => table.columns.filter((column) => !column.generated);

/** All that a key tells about its row: where it is enough to decide by, rows of others cost nothing. */
export const rowOfKey = (table: Table, key: Key): Row => Object.fromEntries(table.key.map((name, i) => [name, key[i] ?? null]));
