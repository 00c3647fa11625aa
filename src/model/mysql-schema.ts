/**
 * The schema of a MySQL or MariaDB database as plain data: what `information_schema` gives, row by row and in its own
 * words, read by the engine's catalogue and converted by `mapping`. Nothing in here is parsed from DDL. Texts are as the
 * server prints them, so the two flavours differ (`defaultText`, `generation`), and `flavour` says whose they are.
 */
import type {TableName} from './table.ts';

export type MysqlSchema = {
  readonly flavour: 'mysql' | 'mariadb';
  readonly tables: readonly MysqlTable[];
  readonly views: readonly MysqlView[];
  /** Triggers, procedures, functions and events: work for a person, who is shown their text. */
  readonly programs: readonly MysqlProgram[];
};

/** TABLES. `name.schema` is the database. */
export type MysqlTable = {
  readonly name: TableName;
  readonly comment: string;
  /** In ORDINAL_POSITION. */
  readonly columns: readonly MysqlColumn[];
  readonly indexes: readonly MysqlIndex[];
  readonly foreignKeys: readonly MysqlForeignKey[];
  /** CHECK_CONSTRAINTS; those of the server's own (`json_valid` of a MariaDB JSON column) included. */
  readonly checks: readonly {readonly name: string; readonly clause: string; readonly isEnforced: boolean}[];
  readonly partitioning: MysqlPartitioning | undefined;
  /** SHOW CREATE TABLE, without where its counter stands: for a server that speaks nearly the same. Asked for by a conversion only. */
  readonly ddl?: string;
};

/** COLUMNS. */
export type MysqlColumn = {
  readonly name: string;
  /** COLUMN_TYPE: `int(10) unsigned`, `enum('a','b')`. Of a MariaDB JSON column (LONGTEXT with json_valid) `json`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** COLUMN_DEFAULT as it stands: MySQL writes texts without quotes, MariaDB with them and `NULL` as a word. */
  readonly defaultText: string | null;
  /** EXTRA: `auto_increment`, `DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)`, `STORED GENERATED`, `INVISIBLE`. */
  readonly extra: string;
  /** GENERATION_EXPRESSION; empty or null when the column is not generated. */
  readonly generation: string | null;
  readonly characterSet: string | null;
  readonly collation: string | null;
  readonly comment: string;
};

/** STATISTICS, one entry for each index. */
export type MysqlIndex = {
  readonly name: string;
  readonly isUnique: boolean;
  /** INDEX_TYPE: BTREE, HASH, FULLTEXT, SPATIAL. */
  readonly method: string;
  readonly comment: string;
  /** `column` or `expression`, `prefix` in characters (SUB_PART). */
  readonly parts: readonly {
    readonly column: string | null;
    readonly expression: string | null;
    readonly prefix: number | null;
    readonly isDescending: boolean;
  }[];
};

/** KEY_COLUMN_USAGE with REFERENTIAL_CONSTRAINTS. Rules as printed: `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`, `SET DEFAULT`. */
export type MysqlForeignKey = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: string;
  readonly onDelete: string;
};

/** PARTITIONS. `method` and `expression` are the table's, `description` each partition's own bound. */
export type MysqlPartitioning = {
  readonly method: string;
  readonly expression: string;
  readonly subMethod: string | null;
  readonly partitions: readonly {readonly name: string; readonly description: string | null}[];
};

/** VIEWS, with the columns in order. */
export type MysqlView = {readonly name: TableName; readonly columns: readonly string[]; readonly definition: string};

export type MysqlProgram = {
  readonly kind: 'trigger' | 'procedure' | 'function' | 'event';
  readonly name: TableName;
  /** SHOW CREATE, or the body where the server tells no more. */
  readonly text: string;
};
