/** The statement of each group: values come as one text array a column and are cast by the server, never by us. */
import type {Key, Value} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {RowOperation} from '../../model/row-operation.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Group} from '../row-groups.ts';
import type {Answer, TextRow} from './postgres-session.ts';
import type {Sql} from './postgres-statement.ts';
import {columnOf, hasKey, onlyCondition, ownRows, quoteName, quoteTable, textArray, valueType} from './postgres-sql.ts';

/**
 * Of what the statement of that group has answered: the keys that an inexact update did not meet. Where only some rows of
 * the table are moved, no statement meets another one: not even a row that somebody else has written under the same key
 * in the meantime.
 */
export const notMet = (table: Table, group: Group, {rows, rowCount}: Answer<TextRow>): Key[] => {
  if (!group.exact) return group.form === 'update' ? unmet(group, rows) : [];
  // An upsert that overwrites is counted where a row may be somebody else's.
  const isCounted = group.form !== 'upsert' || (table.only !== undefined && overwrites(table, group.columns).length > 0);
  if (isCounted && rowCount !== group.operations.length) {
    throw new TerminalError(
      `${group.form} met ${rowCount} rows of ${nameOf(table.name)} where exactly ${group.operations.length} were expected`,
      {code: 'CF-APPLY-001', next: 'crossfade explain CF-APPLY-001'},
    );
  }
  return [];
};

const unmet = (group: Group, rows: readonly TextRow[]): Key[] => {
  if (rows.length === group.operations.length) return [];
  const met = new Set(rows.map((row) => Number(row['place'])));
  return group.operations.filter((_, i) => !met.has(i + 1)).map((operation) => operation.key);
};

export const rowStatement = (table: Table, group: Group): Sql => {
  switch (group.form) {
    case 'delete':
      return deleteRows(table, group.operations);
    case 'update':
      return updateRows(table, group, (operation) => operation.key);
    case 'move':
      return updateRows(table, group, (operation) => (operation.form === 'move' ? operation.oldKey : operation.key));
    case 'insert':
    case 'upsert':
      return insertRows(table, group);
  }
};

const keyArrays = (table: Table, operations: readonly RowOperation[], keyOf: (operation: RowOperation) => Key): string[] =>
  table.key.map((_, i) => textArray(operations.map((operation) => keyOf(operation)[i] ?? null)));

const valueArrays = (operations: readonly RowOperation[], columns: readonly string[]): string[] =>
  columns.map((name) =>
    textArray(operations.map((operation): Value => (operation.form === 'delete' ? null : (operation.row[name] ?? null)))),
  );

const arrays = (from: number, count: number): string => Array.from({length: count}, (_, i) => `$${from + i}::text[]`).join(', ');
const keyMatch = (table: Table): string =>
  [
    hasKey(
      table,
      't.',
      table.key.map((_, i) => `w.k${i}`),
    ),
    ...(table.only ? [onlyCondition(table, 't.')] : []),
  ].join(' AND ');

const deleteRows = (table: Table, operations: readonly RowOperation[]): Sql => {
  const names = table.key.map((_, i) => `k${i}`).join(', ');
  return {
    text: `DELETE FROM ${ownRows(table)} t USING unnest(${arrays(1, table.key.length)}) AS w(${names}) WHERE ${keyMatch(table)}`,
    values: keyArrays(table, operations, (operation) => operation.key),
  };
};

/** An identity column that is always generated cannot be set, and does not need to be: its value never changes by itself. */
const settable = (table: Table, columns: readonly string[], moves: boolean): readonly string[] =>
  columns.filter((name) => columnOf(table, name).identity !== 'always' && (moves || !table.key.includes(name)));

const updateRows = (table: Table, group: Group, keyOf: (operation: RowOperation) => Key): Sql => {
  const columns = settable(table, group.columns, true);
  const names = [...table.key.map((_, i) => `k${i}`), ...columns.map((_, i) => `v${i}`)];
  const set = columns.map((name, i) => `${quoteName(name)} = w.v${i}::${valueType(columnOf(table, name))}`).join(', ');
  // Which rows it met is asked only where it may meet fewer: an exact one is counted.
  const [places, answer] = group.exact ? ['', ''] : [' WITH ORDINALITY', ' RETURNING w.place::text AS place'];
  const columnList = [...names, ...(group.exact ? [] : ['place'])].join(', ');
  return {
    text: `UPDATE ${ownRows(table)} t SET ${set} FROM unnest(${arrays(1, names.length)})${places} AS w(${columnList}) WHERE ${keyMatch(table)}${answer}`,
    values: [...keyArrays(table, group.operations, keyOf), ...valueArrays(group.operations, columns)],
  };
};

const insertRows = (table: Table, group: Group): Sql => {
  const columns = group.columns;
  const list = columns.map(quoteName).join(', ');
  const select = columns.map((name, i) => `w.v${i}::${valueType(columnOf(table, name))}`).join(', ');
  const overriding = columns.some((name) => columnOf(table, name).identity) ? ' OVERRIDING SYSTEM VALUE' : '';
  return {
    text: `INSERT INTO ${quoteTable(table.name)} AS t (${list})${overriding} SELECT ${select} FROM unnest(${arrays(1, columns.length)}) AS w(${columns.map((_, i) => `v${i}`).join(', ')})${group.form === 'upsert' ? conflict(table, columns) : ''}`,
    values: valueArrays(group.operations, columns),
  };
};

const conflict = (table: Table, columns: readonly string[]): string => {
  const rest = overwrites(table, columns);
  const mine = table.only ? ` WHERE ${onlyCondition(table, 't.')}` : '';
  return ` ON CONFLICT (${table.key.map(quoteName).join(', ')}) DO ${rest.length ? `UPDATE SET ${rest.join(', ')}${mine}` : 'NOTHING'}`;
};

const overwrites = (table: Table, columns: readonly string[]): string[] =>
  settable(table, columns, false).map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`);
