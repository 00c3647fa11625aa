/**
 * A change in place as MySQL and MariaDB carry it out: nothing but texts. DDL commits by itself, so each piece says how to
 * see that it has happened. ALGORITHM and LOCK are written everywhere: what the server cannot do so it refuses, and never
 * copies the table behind our back.
 */
import type {OldColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

export type Change = {
  /** What it is recorded by. */
  readonly name: string;
  readonly subject: string;
  readonly table: TableName;
  /** Expand. */
  readonly start: readonly Piece[];
  /** What keeps both shapes in step from there on; absent where there is nothing to keep. */
  readonly sync?: readonly Ddl[];
  /** Gives a value to rows that have none. */
  readonly fill?: Fill;
  /** One row: `total` and `unfilled`. */
  readonly count?: string;
  /** One row, `total` and `unfilled`: of rows that have something which the old shape has not. */
  readonly strays?: string;
  /** Contract, one after another. */
  readonly complete: readonly Piece[];
  /** Takes back what `complete` has made, when the rows turn out to be in the way: then they are counted once more after it. */
  readonly unprove?: readonly Ddl[];
  /** Columns that go with that, if nobody uses them. */
  readonly old: readonly OldColumn[];
  /** An expression that the server computes for each row which is written, from columns that are to stay as long. */
  readonly computes?: string;
  /** A query that has a row once `complete` has taken the old shape away: from there on there is no way but ahead. */
  readonly isPast?: string;
  /** May find anything between nothing and all of what the others make. */
  readonly undo: readonly Piece[];
  readonly objections: readonly Objection[];
  /** Privileges on the table's schema. */
  readonly needs: readonly string[];
  /** On `shape`, an empty copy of the table, in a database of its own; the pieces themselves where nothing else is said. */
  readonly trial?: (shape: TableName) => readonly TrialStep[];
  /** What to do where the server could only copy the table, with those who write waiting. */
  readonly instead?: string;
};

/** Without what all operations have in common. */
export type OwnChange = Omit<Change, 'name' | 'subject' | 'table'>;

export type Piece = Ddl | Noted | Together;

/**
 * `isDone`: a query that has a row once it has happened. `sql` takes the table, so that it can be tried on another one, and
 * what `reads` gives just before it is sent. `setting`: what the session is told before.
 */
export type Ddl = {
  readonly doing: string;
  readonly sql: (table: TableName, read: string) => string;
  readonly undo?: (table: TableName, read: string) => string;
  readonly isDone: string;
  readonly reads?: Reads;
  readonly setting?: string;
};

/** What a statement has to say of a table as it is by then. */
export type Reads = (session: MySession, table: TableName) => Promise<string>;

/** A statement of which nobody knows what it does: that it was run is on record, at its place among those of the change. */
export type Noted = {readonly doing: string; readonly text: string; readonly place: number};

/**
 * One after another while nobody else has the table: who writes meets all of them or none. Only a runner that dies between two
 * leaves some, and the next one goes on.
 */
export type Together = {readonly doing: string; readonly pieces: readonly Ddl[]};

/** `sql` takes what `reads` gives of the trial's table by then. */
export type TrialStep = Pick<Ddl, 'reads'> & {readonly sql: (read: string) => string};

/** `lacks`: rows that have no value yet. `set`: to what, where it is `known`. All of them over columns by their names. */
export type Fill = {readonly lacks: string; readonly known: string; readonly set: string};

export const isNoted = (piece: Piece): piece is Noted => 'text' in piece;

export const isTogether = (piece: Piece): piece is Together => 'pieces' in piece;

/** Which a runner that dies may leave behind. */
export const hasProgram = ({complete, undo}: Pick<Change, 'complete' | 'undo'>): boolean => [...complete, ...undo].some(isTogether);

/** On a copy of the table, statement by statement. */
export const tried = (pieces: readonly Piece[], shape: TableName): TrialStep[] =>
  pieces.flatMap((piece) => {
    if (isNoted(piece)) return [];
    if (isTogether(piece)) return tried(piece.pieces, shape);
    return [{...piece, sql: (read: string) => piece.sql(shape, read)}];
  });

/** To alter a table and to count its rows. */
export const NEEDED = ['SELECT', 'ALTER'] as const;

/** In the way when the question has a row, whose `what` is put in place of `{}`. */
export type Objection = {readonly ask: string; readonly severity?: 'warn'; readonly reason: string; readonly next: string};

export const INSTANT = 'ALGORITHM=INSTANT';
/** Others read and write while the server builds. */
export const IN_PLACE = 'ALGORITHM=INPLACE, LOCK=NONE';

/** `what`: of the catalogue, for people. */
export const columnIs = ({table, column}: Pick<OldColumn, 'table' | 'column'>, and = 'TRUE', what = 'column_name'): string =>
  `SELECT ${what} AS what FROM information_schema.columns WHERE table_schema = ${quoteValue(table.schema)} AND table_name = ${quoteValue(table.name)} AND column_name = ${quoteValue(column)} AND ${and}`;

export const isGone = (isThere: string): string => `SELECT 1 AS gone FROM (SELECT 1 AS one) AS it WHERE NOT EXISTS (${isThere})`;

export const columnIsGone = (old: Pick<OldColumn, 'table' | 'column'>): string => isGone(columnIs(old));

export const indexIs = ({schema, name}: TableName, index: string): string =>
  `SELECT index_name AS what FROM information_schema.statistics WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)} AND index_name = ${quoteValue(index)} LIMIT 1`;

export const indexIsGone = (table: TableName, index: string): string => isGone(indexIs(table, index).replace(' LIMIT 1', ''));

export const dropIndex = (table: TableName, index: string, doing: string): Ddl => ({
  doing,
  sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP INDEX ${quoteName(index)}, ${IN_PLACE}`,
  isDone: indexIsGone(table, index),
});

/** `definition`: as the server itself writes it. Kinds that no server builds while others write it builds as well as it can. */
export const addIndex = (table: TableName, index: string, definition: string): Ddl => ({
  doing: 'making again an index of',
  sql: (to) =>
    `ALTER TABLE ${quoteTable(to)} ADD ${definition}${/^(FULLTEXT|SPATIAL|VECTOR) | USING HASH/.test(definition) ? '' : `, ${IN_PLACE}`}`,
  isDone: indexIs(table, index),
});

export const dropColumn = ({table, column}: Pick<OldColumn, 'table' | 'column'>, doing: string): Ddl => ({
  doing,
  sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP COLUMN ${quoteName(column)}, ${INSTANT}`,
  isDone: columnIsGone({table, column}),
});

/** A plan's expression as one operand; a comment at its end ends with its line. */
export const expression = (text: string): string => `(${text}\n)`;

/** The table under its own short name, so that an expression may say `orders.total` as well as `total`. */
export const countRows = (table: TableName, lacks: string): string =>
  `SELECT count(*) AS total, coalesce(sum(${lacks}), 0) AS unfilled FROM ${quoteTable(table)} AS ${quoteName(table.name)}`;
