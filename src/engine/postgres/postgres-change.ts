/**
 * A change in place as PostgreSQL carries it out: nothing but texts, so that what `plan` and `sql` show is what is sent.
 * `postgres-alter.ts` sends them; `postgres-changes.ts` has one for each operation.
 */
import type {OldColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {PgSession} from './postgres-session.ts';
import type {Sql} from './postgres-statement.ts';

export type Change = {
  /** What it is recorded by. */
  readonly name: string;
  /** What is said to be waited for: `adding SUBJECT`. */
  readonly subject: string;
  /** Whose users are named when a lock was not had. */
  readonly table: TableName;
  /** Expand. The first piece commits with the record that the change is ours. */
  readonly start: readonly Piece[];
  /** What keeps both shapes in step from there on; nothing where there is nothing to keep. */
  readonly sync: readonly Transaction[];
  /** Gives a value to rows of a table that have none; `range` is a condition. */
  readonly fill?: (range: string, table: TableName) => string;
  /** One row: `rows` and `unfilled`, as text. */
  readonly count?: string;
  /** Contract, as long as rows may still refuse it; `unprove` takes it back then. */
  readonly prove: readonly Piece[];
  readonly unprove?: Transaction;
  /** Contract, in one transaction with the end of the record. */
  readonly complete: readonly string[];
  /** Columns that go with that, if nobody uses them. */
  readonly old: readonly Old[];
  /** May find anything between nothing and all of what `start` and `prove` make. */
  readonly undo: readonly Piece[];
  readonly objections: readonly Objection[];
  /** On an empty copy of the table's shape, which is gone afterwards. */
  readonly trial: readonly Sql[];
  /** Of the trial: what later operations may build upon. */
  readonly adds?: string;
  /** What a trigger computes of the row that is written; absent where there is none. */
  readonly uses?: readonly Uses[];
  /** Looks at more, after the trial and in its transaction. */
  readonly look?: (session: PgSession) => Promise<Finding[]>;
};

/** Without what all operations have in common. */
export type OwnChange = Omit<Change, 'name' | 'subject' | 'table'>;

export type Piece = Transaction | IndexWork;

/** `on`: where it is not the change's own table. */
export type Transaction = {readonly doing: string; readonly sql: readonly Act[]; readonly on?: TableName};

/** Outside of transactions; ends with a whole index, or without a `create` with none. */
export type IndexWork = {readonly doing: string; readonly index: TableName; readonly create?: string; readonly on?: TableName};

/** `comesBack`: another column has its name in the same moment, so that statements and functions which name it go on. */
export type Old = OldColumn & {readonly comesBack?: true};

export type Act = string | {readonly sql: string; readonly undo: string};

/** An expression, and columns that it may not use. */
export type Uses = {readonly text: string; readonly without: readonly string[]};

/** In the way when the question has an answer: a row, whose `what` is put in place of `{}`. */
export type Objection = {
  readonly ask: Sql;
  readonly severity?: 'warn';
  /** The change's subject when absent. */
  readonly object?: string;
  readonly reason: string;
  readonly next: string;
};

export const textOf = (act: Act): string => (typeof act === 'string' ? act : act.sql);

export const isIndexWork = (piece: Piece): piece is IndexWork => 'index' in piece;

/** For a change of which nothing is seen before contract: that it is ours is on record. */
export const ONLY_NOTED: readonly Transaction[] = [{doing: 'noting', sql: []}];
