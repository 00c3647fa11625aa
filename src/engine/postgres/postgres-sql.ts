/** Names and values as SQL text. Names are always quoted; nothing else in this engine builds SQL from a name. */
import pg from 'pg';
import type {Key, Value} from '../../model/change.ts';
import {type Column, type Table, type TableName} from '../../model/table.ts';
import type {KeyRange} from '../engine.ts';

export const quoteName = (name: string): string => pg.escapeIdentifier(name);
export const quoteTable = (table: TableName): string => `${quoteName(table.schema)}.${quoteName(table.name)}`;
export const quoteValue = (value: Value): string => (value === null ? 'NULL' : pg.escapeLiteral(value));

export const columnOf = (table: Table, name: string): Column => {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new Error(`column ${name} of ${table.name.schema}.${table.name.name} is unknown`);
  return column;
};

export const keyColumns = (table: Table): readonly Column[] => table.key.map((name) => columnOf(table, name));

const typed = (table: Table, key: Key): string =>
  keyColumns(table)
    .map((column, i) => `${quoteValue(key[i] ?? null)}::${column.type}`)
    .join(', ');

/** `(after, to]` in the server's own order, by row comparison; TRUE when open at both ends. */
export const rangeCondition = (table: Table, range: KeyRange, alias = ''): string => {
  const row = `(${table.key.map((name) => alias + quoteName(name)).join(', ')})`;
  const parts: string[] = table.only ? [onlyCondition(table, alias)] : [];
  if (range.after) parts.push(`${row} > (${typed(table, range.after)})`);
  if (range.to) parts.push(`${row} <= (${typed(table, range.to)})`);
  return parts.length ? parts.join(' AND ') : 'TRUE';
};

/** The rows that belong to the migration: values compared as text, byte by byte, as `passes` of the model does. */
export const onlyCondition = (table: Table, alias = ''): string =>
  (table.only ?? [])
    .map(
      ({column, kind, values}) =>
        `${alias}${quoteName(column)}::text COLLATE "C" ${kind === 'in' ? 'IN' : 'NOT IN'} (${values.map(quoteValue).join(', ')})`,
    )
    .join(' AND ') || 'TRUE';

/**
 * The type a text is cast to before it is stored. A cast to a length would cut the text off without a word, so the length
 * is left to the column, which refuses what is too long.
 */
export const valueType = ({type}: Column): string => type.replace(/^(character varying)\(\d+\)$/, '$1');

/** A PostgreSQL array literal of texts: one bind parameter for a whole column of values. */
export const textArray = (values: readonly Value[]): string => {
  let out = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i) out += ',';
    if (value === null || value === undefined) out += 'NULL';
    else out += `"${value.includes('\\') || value.includes('"') ? value.replace(/[\\"]/g, '\\$&') : value}"`;
  }
  return `${out}}`;
};
