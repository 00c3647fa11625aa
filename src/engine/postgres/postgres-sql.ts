/** Names and values as SQL text. Names are always quoted; nothing else in this engine builds SQL from a name. */
import pg from 'pg';
import type {Key, Value} from '../../model/change.ts';
import {type Column, type Table, type TableName} from '../../model/table.ts';
import type {KeyRange} from '../engine.ts';

export const quoteName = (name: string): string => pg.escapeIdentifier(name);
export const quoteTable = (table: TableName): string => `${quoteName(table.schema)}.${quoteName(table.name)}`;
/** The table's own rows: those of its partitions are its own, those of tables that inherit from it are not (H-15). */
export const ownRows = ({name, partitions}: Table): string => `${partitions.length ? '' : 'ONLY '}${quoteTable(name)}`;
export const quoteValue = (value: Value): string => (value === null ? 'NULL' : pg.escapeLiteral(value));

export const columnOf = (table: Table, name: string): Column => {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new Error(`column ${name} of ${table.name.schema}.${table.name.name} is unknown`);
  return column;
};

export const keyColumns = (table: Table): readonly Column[] => table.key.map((name) => columnOf(table, name));

const typed = (table: Table, key: Key): string =>
  keyColumns(table)
    .map((column, i) => `${quoteValue(key[i] ?? null)}::${valueType(column)}`)
    .join(', ');

/** `=`, `>` or `<=` of a column's type. Nothing but `pg_catalog` is on our search path, so what came with a type is named in full. */
const operator = ({operatorSchema}: Column, sign: string): string =>
  operatorSchema ? `OPERATOR(${quoteName(operatorSchema)}.${sign})` : sign;

/** That a row has the key whose values are these expressions. */
export const hasKey = (table: Table, alias: string, values: readonly string[]): string =>
  keyColumns(table)
    .map((column, i) => `${alias}${quoteName(column.name)} ${operator(column, '=')} ${values[i] ?? 'NULL'}::${valueType(column)}`)
    .join(' AND ');

/** What a comparison of rows does, column by column, for keys whose operators are not all in one place. */
const compared = (table: Table, alias: string, key: Key, sign: '>' | '<='): string => {
  const columns = keyColumns(table);
  const ways = columns.map((column, i) => {
    const last = sign === '<=' && i < columns.length - 1 ? '<' : sign;
    const same = columns.slice(0, i).map((one, n) => part(one, alias, key[n] ?? null, '='));
    return [...same, part(column, alias, key[i] ?? null, last)].join(' AND ');
  });
  return `(${ways.map((way) => `(${way})`).join(' OR ')})`;
};

const part = (column: Column, alias: string, value: Value, sign: string): string =>
  `${alias}${quoteName(column.name)} ${operator(column, sign)} ${quoteValue(value)}::${valueType(column)}`;

/** `(after, to]` in the server's own order, by row comparison; TRUE when open at both ends. */
export const rangeCondition = (table: Table, range: KeyRange, alias = ''): string => {
  const row = `(${table.key.map((name) => alias + quoteName(name)).join(', ')})`;
  const isOurs = keyColumns(table).every(({operatorSchema}) => !operatorSchema);
  const bound = (sign: '>' | '<=', key: Key): string =>
    isOurs ? `${row} ${sign} (${typed(table, key)})` : compared(table, alias, key, sign);
  const parts: string[] = table.only ? [onlyCondition(table, alias)] : [];
  if (range.after) parts.push(bound('>', range.after));
  if (range.to) parts.push(bound('<=', range.to));
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
 * is left to the column, which refuses what is too long. From text to regclass there is a function of its own, which does
 * not know `-`, the regclass of nothing; from any other kind of text the type reads what it has written.
 */
export const valueType = ({type}: Column): string =>
  type === 'regclass' ? 'bpchar::regclass' : type.replace(/^(character varying)\(\d+\)$/, '$1');

/** Tables by name, as one bind parameter: what `isNamed` takes. A regclass would need usage on the schema. */
export const tableNames = (tables: readonly TableName[]): string => JSON.stringify(tables.map(({schema, name}) => [schema, name]));

/** Whether the class `c` in the namespace `n` is one of those in the parameter: names, so that the server finds them by hash or index. */
export const isNamed = (parameter: string): string =>
  `(n.nspname, c.relname) IN (SELECT one ->> 0, one ->> 1 FROM json_array_elements(${parameter}::json) AS one)`;

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

/** A server takes these as one only as far as its stack goes. */
const PARTS_MAX = 1000;

/** Queries of the same columns as few statements, their rows one after another: each would be a round trip of its own. */
export const inOrder = (queries: readonly string[]): string[] =>
  Array.from({length: Math.ceil(queries.length / PARTS_MAX)}, (_, n) => {
    const parts = queries
      .slice(n * PARTS_MAX, (n + 1) * PARTS_MAX)
      .map((query, place) => query.replace(/^SELECT /, `SELECT ${place} AS place, `));
    return `${parts.join(' UNION ALL ')} ORDER BY place`;
  });
