/**
 * The facet of a side that an anonymised clone is made from, and of the one it is made in. Called by `src/rehearsal` only. An
 * original is read in one transaction that may write nothing; what a clone is told to do is done only in a database that was
 * empty, or that says it is a clone.
 */
import type {Change, Key, Row} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import type {LoadClient, Written} from './rehearsing.ts';
import type {SchemaStatement} from './schema.ts';

export interface Cloning {
  /** Everything that `act` reads is of one moment. */
  reading<T>(act: (original: Original) => Promise<T>): Promise<T>;
  /** `other`: something that no rehearsal has made stands here. */
  whatIsHere(): Promise<'nothing' | 'a clone' | 'other'>;
  /**
   * Writes down that the database is a clone, and takes out of it what was there. Throws CF-REHEARSE-001 where it is none and
   * not empty. `schemas`: that will be made in it.
   */
  claim(note: string, schemas: readonly string[]): Promise<void>;
  /** In order. Optional statements that fail are answered with the reason; any other failure is CF-REHEARSE-003. */
  make(statements: readonly SchemaStatement[]): Promise<readonly {readonly object: string; readonly reason: string}[]>;
  /** How many rows came. */
  fill(table: Table, rows: AsyncIterable<readonly Row[]>): Promise<number>;
  /** Absent where what others write cannot be recorded. */
  readonly replaying?: Replaying;
}

export interface Replaying {
  /** What others commit in these tables, in order, until `over`. Makes nothing in the database, and nothing of it outlives its session. */
  record(tables: readonly Table[], over: AbortSignal): AsyncIterable<RecordedTransaction>;
  /** A client with a session of its own. */
  client(): Promise<ReplayClient>;
}

export interface Original {
  rows(table: Table): AsyncIterable<readonly Row[]>;
  /** So many rows, chosen by `seed`. */
  some(table: Table, count: number, seed: string): Promise<readonly Row[]>;
  /** Those whose columns have these values. */
  matching(table: Table, columns: readonly string[], values: readonly Key[]): Promise<readonly Row[]>;
}

/** One change of a transaction that is replayed. A row that is there already gets the values of the one to be inserted. */
export type ReplayedChange =
  | {readonly kind: 'insert'; readonly table: Table; readonly row: Row}
  | {readonly kind: 'update'; readonly table: Table; readonly key: Key; readonly row: Row}
  | {readonly kind: 'delete'; readonly table: Table; readonly key: Key};

/** A client of a load that can also play what was recorded. */
export interface ReplayClient extends LoadClient {
  /** All of them in one transaction. `rows`: how many each of them found. */
  replay(changes: readonly ReplayedChange[]): Promise<{readonly written: Written; readonly rows: readonly number[]}>;
}

/** Without truncates. `committedMs`: by the server's clock, since 1970. */
export type RecordedTransaction = {readonly committedMs: number; readonly changes: readonly Change[]};
