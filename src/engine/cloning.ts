/**
 * The facet of a side that an anonymised clone is made from, of the one it is made in, and of both when a load is put on
 * them; absent where no clone is made. Called by `src/rehearsal` only. An original is read in one transaction that may
 * write nothing; what a clone is told to do is done only in a database that was empty, or that says it is a clone.
 */
import type {Key, Row, Value} from '../model/change.ts';
import type {Table, TableName} from '../model/table.ts';
import type {SchemaStatement} from './schema.ts';

/** Columns of one table that have to be found in another. */
export type Reference = {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly to: TableName;
  readonly toColumns: readonly string[];
};

/** What ties rows to one another: references among the tables, and columns whose values may come once only. */
export type Ties = {
  readonly references: readonly Reference[];
  readonly unique: readonly {readonly table: TableName; readonly columns: readonly string[]}[];
};

export interface Cloning {
  ties(tables: readonly Table[]): Promise<Ties>;
  /** Everything that `act` reads is of one moment. */
  reading<T>(act: (original: Original) => Promise<T>): Promise<T>;
  /** `other`: something that no rehearsal has made stands here. */
  whatIsHere(): Promise<'nothing' | 'a clone' | 'other'>;
  /** Writes down that the database is a clone, and takes out of it what was there. Throws CF-REHEARSE-001 where it is none and not empty. */
  claim(note: string): Promise<void>;
  /** Throws CF-ENV-003, with what to run there, unless the database says by itself that it belongs to this environment. */
  requireEnvironment(name: string): Promise<void>;
  /** In order. Optional statements that fail are answered with the reason; any other failure is CF-REHEARSE-003. */
  make(statements: readonly SchemaStatement[]): Promise<readonly {readonly object: string; readonly reason: string}[]>;
  /** How many rows came. */
  fill(table: Table, rows: AsyncIterable<readonly Row[]>): Promise<number>;
  /** Rows that were inserted, updated and deleted in these tables since the server began to count. Throws where it does not count them. */
  written(tables: readonly Table[]): Promise<number>;
  /** Settings of the server that a run's course depends on. */
  settings(): Promise<Readonly<Record<string, string>>>;
  /** A client with a session of its own. */
  client(): Promise<LoadClient>;
}

export interface Original {
  rows(table: Table): AsyncIterable<readonly Row[]>;
  /** So many rows, chosen by `seed`. */
  some(table: Table, count: number, seed: string): Promise<readonly Row[]>;
  /** Those whose columns have these values. */
  matching(table: Table, columns: readonly string[], values: readonly Key[]): Promise<readonly Row[]>;
}

/** `closed`: another side takes the writes. `refused`: a constraint. `unknown`: nobody answered whether it was done. */
export type Written = 'done' | 'closed' | 'refused' | 'unknown';

/** Writes as an application does. */
export interface LoadClient {
  /** Gives the row with this key another value. */
  update(table: Table, key: Key, column: string, value: Value): Promise<Written>;
  /** Takes the row away and puts it back, in one transaction. */
  replace(table: Table, key: Key, row: Row): Promise<Written>;
  /** Undefined when there is no such row. */
  read(table: Table, key: Key): Promise<Row | undefined>;
  close(): Promise<void>;
}
