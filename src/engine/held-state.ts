/** One state of a side's rows, held while the stream comes to it: what a message does not carry is read from there. */
import type {Key, Row} from '../model/change.ts';
import type {Table, TableName} from '../model/table.ts';

/** Whoever holds one closes it: the server keeps what has been overwritten since. */
export interface HeldState {
  /** Whether it holds what this transaction did, of one that the stream has delivered. */
  sees(transaction: string): boolean;
  /** Absent rows are left out. */
  rows(table: Table, keys: readonly Key[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Whether a row of that table may be newer on the receiving side than the stream: in the window of its replay. */
export type MayReread = (table: TableName) => boolean;
