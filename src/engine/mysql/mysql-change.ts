/**
 * A change in place as MySQL and MariaDB carry it out: nothing but texts. DDL commits by itself, so each piece says how to
 * see that it has happened. ALGORITHM and LOCK are written everywhere: what the server cannot do so it refuses, and never
 * copies the table behind our back.
 */
import type {OldColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {quoteValue} from './mysql-sql.ts';

export type Change = {
  /** What it is recorded by. */
  readonly name: string;
  readonly subject: string;
  readonly table: TableName;
  /** Expand. */
  readonly start: readonly Ddl[];
  /** One row: `total` and `unfilled`. */
  readonly count?: string;
  /** Contract, one after another. */
  readonly complete: readonly Ddl[];
  /** Columns that go with that, if nobody uses them. */
  readonly old: readonly OldColumn[];
  /** May find anything between nothing and all of what the others make. */
  readonly undo: readonly Ddl[];
  readonly objections: readonly Objection[];
};

/** Without what all operations have in common. */
export type OwnChange = Omit<Change, 'name' | 'subject' | 'table'>;

/** `isDone`: a query that has a row once it has happened. `sql` takes the table, so that it can be tried on another one. */
export type Ddl = {
  readonly doing: string;
  readonly sql: (table: string) => string;
  readonly undo?: (table: string) => string;
  readonly isDone: string;
};

/** In the way when the question has a row, whose `what` is put in place of `{}`. */
export type Objection = {readonly ask: string; readonly reason: string; readonly next: string};

export const INSTANT = 'ALGORITHM=INSTANT';
/** Others read and write while the server builds. */
export const IN_PLACE = 'ALGORITHM=INPLACE, LOCK=NONE';

export const columnIs = ({table, column}: Pick<OldColumn, 'table' | 'column'>, and = 'TRUE'): string =>
  `SELECT column_name AS what FROM information_schema.columns WHERE table_schema = ${quoteValue(table.schema)} AND table_name = ${quoteValue(table.name)} AND column_name = ${quoteValue(column)} AND ${and}`;

export const columnIsGone = (old: Pick<OldColumn, 'table' | 'column'>): string =>
  `SELECT 1 AS gone FROM (SELECT 1 AS one) AS it WHERE NOT EXISTS (${columnIs(old)})`;

export const indexIs = ({schema, name}: TableName, index: string): string =>
  `SELECT index_name AS what FROM information_schema.statistics WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)} AND index_name = ${quoteValue(index)} LIMIT 1`;

export const indexIsGone = (table: TableName, index: string): string =>
  `SELECT 1 AS gone FROM (SELECT 1 AS one) AS it WHERE NOT EXISTS (${indexIs(table, index).replace(' LIMIT 1', '')})`;
