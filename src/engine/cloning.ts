/**
 * The facet of a side that an anonymised clone is made from, of the one it is made in, and of both when a load is put on
 * them; absent where no clone is made. Called by `src/rehearsal` only. An original is read in one transaction that may
 * write nothing; what a clone is told to do is done only in a database that was empty, or that says it is a clone.
 */
import type {Change, Key, Row, Value} from '../model/change.ts';
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
  /** Settings that a run's course depends on, as a session has them that sets none; and those that these roles have for themselves. */
  settings(roles: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** What others commit in these tables, in order, until `over`. Makes nothing in the database, and nothing of it outlives its session. */
  record(tables: readonly Table[], over: AbortSignal): AsyncIterable<RecordedTransaction>;
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

/** Without truncates. `committedMs`: by the server's clock, since 1970. */
export type RecordedTransaction = {readonly committedMs: number; readonly changes: readonly Change[]};

/** One change of a transaction that is replayed. A row that is there already gets the values of the one to be inserted. */
export type ReplayedChange =
  | {readonly kind: 'insert'; readonly table: Table; readonly row: Row}
  | {readonly kind: 'update'; readonly table: Table; readonly key: Key; readonly row: Row}
  | {readonly kind: 'delete'; readonly table: Table; readonly key: Key};

/** `closed`: another side takes the writes. `refused`: a constraint. `unknown`: nobody answered whether it was done. */
export type Written = 'done' | 'closed' | 'refused' | 'unknown';

/** Writes as an application does. */
export interface LoadClient {
  /** Gives the row with this key another value. */
  update(table: Table, key: Key, column: string, value: Value): Promise<Written>;
  /** Takes the row away and puts it back, in one transaction. */
  replace(table: Table, key: Key, row: Row): Promise<Written>;
  /** All of them in one transaction. `rows`: how many each of them found. */
  replay(changes: readonly ReplayedChange[]): Promise<{readonly written: Written; readonly rows: readonly number[]}>;
  /** Undefined when there is no such row. */
  read(table: Table, key: Key): Promise<Row | undefined>;
  close(): Promise<void>;
}
