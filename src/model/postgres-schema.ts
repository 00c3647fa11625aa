/**
 * The schema of PostgreSQL tables as plain data, as the catalogue gives it: read by the engine, converted by `mapping`.
 * Nothing in here is parsed from DDL; expressions are as `pg_get_expr` prints them with no schema on the path.
 */
import type {TableName} from './table.ts';

export type PostgresSchema = {
  readonly flavour: 'postgres';
  readonly tables: readonly PostgresTable[];
  /** Views, functions, triggers, policies and whatever else is work for a person, who is shown its text. */
  readonly left: readonly PostgresProgram[];
};

export type PostgresTable = {
  readonly name: TableName;
  readonly comment: string;
  readonly columns: readonly PostgresColumn[];
  /** The primary key among them. */
  readonly indexes: readonly PostgresIndex[];
  readonly foreignKeys: readonly PostgresForeignKey[];
  readonly checks: readonly PostgresCheck[];
  /** `RANGE (at)` of a partitioned table. */
  readonly partitioning: string | null;
};

export type PostgresColumn = {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  /** Of a domain the type that it restricts, of an enum `enum`. */
  readonly base?: string;
  /** Labels of an enum, in order. */
  readonly members: readonly string[];
  readonly isNullable: boolean;
  /** Of the column, or of its domain. */
  readonly default: string | null;
  /** It numbers its rows: an identity column, or one that draws from a sequence of its own. */
  readonly isNumbered: boolean;
  readonly generation: string | null;
  /** Texts that differ may be equal to it. */
  readonly folds: boolean;
  /** Conditions of its domain about VALUE. */
  readonly domainChecks: readonly PostgresCheck[];
  readonly comment: string;
};

export type PostgresCheck = {readonly name: string; readonly clause: string};

export type PostgresIndex = {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  readonly method: string;
  readonly predicate: string | null;
  /** A NULL there is once at most. */
  readonly nullsAreOne: boolean;
  readonly isDeferrable: boolean;
  /** Columns that it only carries. */
  readonly carried: readonly string[];
  readonly parts: readonly {readonly column: string | null; readonly expression: string | null; readonly isDescending: boolean}[];
  /** `pg_get_indexdef`. */
  readonly text: string;
};

export type PostgresForeignKey = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  /** `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`, `SET DEFAULT`. */
  readonly onUpdate: string;
  readonly onDelete: string;
  readonly isDeferrable: boolean;
  readonly isFull: boolean;
  /** `pg_get_constraintdef`. */
  readonly text: string;
};

export type PostgresProgram = {readonly kind: string; readonly name: string; readonly text: string};
