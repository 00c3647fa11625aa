/**
 * The facet of a side that a plan is rehearsed on: how its rows hang together, a client that writes them as an application
 * does, and what a rehearsal's course depends on. Called by `src/rehearsal` and the commands that rehearse; writes through
 * its clients only, into databases that were shown to be nobody's.
 */
import type {Key, Row, Value} from '../model/change.ts';
import type {Table, TableName} from '../model/table.ts';

/** Columns of one table that have to be found in another. */
export type Reference = {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly to: TableName;
  readonly toColumns: readonly string[];
};

/** What ties values to others: references among the tables, and columns whose values may come once only. */
export type Ties = {
  readonly references: readonly Reference[];
  readonly unique: readonly {readonly table: TableName; readonly columns: readonly string[]}[];
  /** Columns that the server writes by itself when others are written. */
  readonly rewritten?: readonly {readonly table: TableName; readonly columns: readonly string[]}[];
};

export interface Rehearsing {
  ties(tables: readonly Table[]): Promise<Ties>;
  /** So many rows, chosen by `seed`. */
  some(table: Table, count: number, seed: string): Promise<readonly Row[]>;
  /** Throws CF-ENV-003, with what to run there, unless the database says by itself that it belongs to this environment. */
  requireEnvironment(name: string): Promise<void>;
  /** Rows that were inserted, updated and deleted in these tables since the server began to count. Throws where it does not count them. */
  written(tables: readonly Table[]): Promise<number>;
  /** Settings that a run's course depends on, as a session has them that sets none; and those that these roles have for themselves. */
  settings(roles: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** A client with a session of its own. */
  client(): Promise<LoadClient>;
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
