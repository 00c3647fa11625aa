/**
 * The statements of each group of row operations, and what they must meet. Values are literals that mean exactly this
 * value in its column, so that the server guesses no types. Where only some rows of the table are moved, no statement meets
 * another one.
 */
import type {Key, Row} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {RowOperation} from '../../model/row-operation.ts';
import {type Column, nameOf, type Table} from '../../model/table.ts';
import type {Group} from '../row-groups.ts';
import {pieces} from './mysql-pieces.ts';
import {hasKey, literal, onlyCondition} from './mysql-read-statements.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';

type Written = Exclude<RowOperation, {readonly form: 'delete'}>;

/** Conditions of one statement. */
const KEYS_MAX = 500;
/** Each value of an update is looked for among the keys of all its rows. */
const UPDATED_ROWS_MAX = 50;

/** Runs the group; answers the keys that an inexact update did not meet. */
export const runGroup = async (session: MySession, table: Table, group: Group): Promise<Key[]> => {
  const rows = group.operations.flatMap((operation) => (operation.form === 'delete' ? [] : [operation]));
  switch (group.form) {
    case 'delete':
      counted(table, group, await deleteRows(session, table, group.operations));
      return [];
    case 'insert': {
      const written = await insertRows(session, table, group.columns, valuesOf(rows));
      counted(table, group, written);
      return [];
    }
    case 'move':
      counted(table, group, rows.length - (await unmet(session, table, group.columns, rows)).length);
      return [];
    case 'update':
      if (!group.exact) return (await unmet(session, table, group.columns, rows)).map(({key}) => key);
      counted(table, group, await updateRows(session, table, settable(table, group.columns), rows));
      return [];
    case 'upsert':
      // One by one: no other unique index decides which row it is (H-21).
      await insertRows(session, table, group.columns, valuesOf(await unmet(session, table, group.columns, rows)));
      return [];
  }
};

const valuesOf = (rows: readonly Written[]): readonly Row[] => rows.map(({row}) => row);

const counted = (table: Table, {form, exact, operations}: Group, met: number): void => {
  if (!exact || met === operations.length) return;
  throw new TerminalError(`${form} met ${met} rows of ${nameOf(table.name)} where exactly ${operations.length} were expected`, {
    code: 'CF-APPLY-001',
    next: 'crossfade explain CF-APPLY-001',
  });
};

const deleteRows = async (session: MySession, table: Table, operations: readonly RowOperation[]): Promise<number> => {
  let met = 0;
  for (const piece of pieces(operations, ({key}) => sizeOf(key), KEYS_MAX)) {
    const keys = piece.map(({key}) => hasKey(table, key)).join(' OR ');
    met += (await session.query(deleteOf(table, keys))).rowCount;
  }
  return met;
};

/** Answers how many were written. */
export const insertRows = async (session: MySession, table: Table, names: readonly string[], rows: readonly Row[]): Promise<number> => {
  const columns = names.map((name) => columnOf(table, name));
  let written = 0;
  for (const piece of pieces(rows, (row) => sizeOf(Object.values(row)))) {
    const values = piece.map((row) => `(${columns.map((column) => valueOf(column, row)).join(', ')})`).join(', ');
    written += (await session.query(insertOf(table, names, values))).rowCount;
  }
  return written;
};

/** A key that stays is not set: the server would compare the rows that follow with the new value. */
const settable = (table: Table, names: readonly string[]): readonly Column[] =>
  names.filter((name) => !table.key.includes(name)).map((name) => columnOf(table, name));

/** Several rows a statement: the value of each column is told by the key. */
const updateRows = async (session: MySession, table: Table, columns: readonly Column[], rows: readonly Written[]): Promise<number> => {
  let met = 0;
  for (const piece of pieces(rows, ({row}) => sizeOf(Object.values(row)), UPDATED_ROWS_MAX)) {
    const keys = piece.map(({key}) => hasKey(table, key));
    const set = columns.map((column) => {
      const cases = piece.map(({row}, i) => `WHEN ${keys[i]} THEN ${valueOf(column, row)}`).join(' ');
      return `${quoteName(column.name)} = CASE ${cases} END`;
    });
    met += await update(session, table, set, keys.join(' OR '));
  }
  return met;
};

/** Row by row; answers those that met none. */
const unmet = async (session: MySession, table: Table, names: readonly string[], rows: readonly Written[]): Promise<Written[]> => {
  const found: Written[] = [];
  for (const operation of rows) {
    const isMove = operation.form === 'move';
    const columns = isMove ? names.map((name) => columnOf(table, name)) : settable(table, names);
    const set = columns.map((column) => `${quoteName(column.name)} = ${valueOf(column, operation.row)}`);
    const met = await update(session, table, set, hasKey(table, isMove ? operation.oldKey : operation.key));
    if (met === 0) found.push(operation);
  }
  return found;
};

/** Nothing to set: whether the rows are there is asked all the same. */
const update = async (session: MySession, table: Table, set: readonly string[], condition: string): Promise<number> =>
  (await session.query(set.length ? updateOf(table, set, condition) : lockOf(table, condition))).rowCount;

export const deleteOf = (table: Table, condition: string): string => `DELETE FROM ${quoteTable(table.name)} ${where(table, condition)}`;

export const insertOf = (table: Table, names: readonly string[], values: string): string =>
  `INSERT INTO ${quoteTable(table.name)} (${names.map(quoteName).join(', ')}) VALUES ${values}`;

export const updateOf = (table: Table, set: readonly string[], condition: string): string =>
  `UPDATE ${quoteTable(table.name)} SET ${set.join(', ')} ${where(table, condition)}`;

const lockOf = (table: Table, condition: string): string =>
  `SELECT 1 AS met FROM ${quoteTable(table.name)} ${where(table, condition)} FOR UPDATE`;

const where = (table: Table, condition: string): string => `WHERE (${condition}) AND ${onlyCondition(table)}`;

const valueOf = (column: Column, row: Row): string => literal(column, row[column.name] ?? null);

export const columnOf = (table: Table, name: string): Column => {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new Error(`${nameOf(table.name)} has no column ${name}`);
  return column;
};

/** Texts are sent as hexadecimal digits. */
const sizeOf = (values: readonly (string | null)[]): number => values.reduce((bytes, value) => bytes + 2 * (value?.length ?? 2) + 16, 0);
