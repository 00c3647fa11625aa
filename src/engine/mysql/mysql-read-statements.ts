/** What copying and re-reading send. Values in conditions are literals that compare by the column's own rules. */
import type {Key, Value} from '../../model/change.ts';
import {type Column, type Table, type TableName, writtenColumns} from '../../model/table.ts';
import type {KeyRange} from '../engine.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';
import {baseType, isBytes, readExpression} from './mysql-value-text.ts';

/** Every read of several statements sees one state of the tables. */
export const BEGIN_READING = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY';

/** Written columns only, in the text form. `condition` is that of a range or of given keys. */
export const selectRows = (table: Table, condition: string): string =>
  `SELECT ${columnList(writtenColumns(table))} FROM ${quoteTable(table.name)} WHERE ${condition} AND ${onlyCondition(table)}`;

/** Those of given keys; the caller keeps their number within reason. */
export const oneOf = (table: Table, keys: readonly Key[], writing = EXACT): string =>
  `(${keys.map((key) => hasKey(table, key, writing)).join(' OR ')})`;

/** Those rows of the table that belong to the migration. */
export const deleteAll = (table: Table): string => `DELETE FROM ${quoteTable(table.name)} WHERE ${onlyCondition(table)}`;

/** An abort: a transaction holds the locks of its rows and keeps them in memory until it ends. */
export const deletePart = (table: TableName): string => `DELETE FROM ${quoteTable(table)} LIMIT ${DELETED_ROWS_MAX}`;
const DELETED_ROWS_MAX = 10_000;

export const anyRow = (table: TableName): string => `SELECT 1 AS one FROM ${quoteTable(table)} LIMIT 1`;

/** Not in the log: the other side does it for itself. */
export const analyze = (table: TableName): string => `ANALYZE LOCAL TABLE ${quoteTable(table)}`;

/** The key that `rows` rows of the condition come before; no row when there are fewer. */
export const nextBound = (table: Table, condition: string, rows: number): string =>
  `SELECT ${columnList(keyColumns(table))} FROM ${quoteTable(table.name)} WHERE ${condition}` +
  ` ORDER BY ${table.key.map(quoteName).join(', ')} LIMIT 1 OFFSET ${rows - 1}`;

export const keyColumns = (table: Table): readonly Column[] =>
  table.key.flatMap((name) => table.columns.filter((column) => column.name === name));

export const columnList = (columns: readonly Column[], alias = ({name}: Column, _i: number): string => name): string =>
  columns.map((column, i) => `${readExpression(column)} AS ${quoteName(alias(column, i))}`).join(', ');

const ROWS_PER_RANGE_MIN = 1000;

export const rowsPerRange = (table: Table, bytes: number): number => {
  const rowBytes = Math.max(1, table.estimatedBytes / Math.max(1, table.estimatedRows));
  return Math.max(ROWS_PER_RANGE_MIN, Math.floor(bytes / rowBytes));
};

/** Labels are compared as texts and sorted as numbers, so a range of them would be another set than what lies between. */
const UNORDERED: ReadonlySet<string> = new Set(['enum', 'set', 'bit', 'float', 'double', 'json']);

/** A table with several ranges has its bounds read. */
export const isCut = (table: Table, bytes: number): boolean => table.estimatedBytes > bytes && isOrdered(table);

/** Ranges of its keys are what lies between. */
export const isOrdered = (table: Table): boolean =>
  table.key.length > 0 && keyColumns(table).every(({type}) => !UNORDERED.has(baseType(type)));

/** How values get into a statement; what is only to be read has something else in their place. */
export type Writing = {readonly literal: (column: Column, value: Value) => string; readonly bytes: (text: string) => string};

/** `(after, to]`, written out column by column: comparisons of whole rows use no index here. */
export const rangeCondition = (table: Table, {after, to}: KeyRange, writing = EXACT): string => {
  const columns = keyColumns(table);
  const [first, last] = [after && beyond(columns, after, '>', '>', writing), to && beyond(columns, to, '<', '<=', writing)];
  return [first, last].filter(Boolean).join(' AND ') || 'TRUE';
};

/** `last`: how the last column is compared when all before it are equal. */
const beyond = (columns: readonly Column[], key: Key, operator: '<' | '>', last: string, writing: Writing): string => {
  const [column, ...others] = columns;
  const [value = null, ...rest] = key;
  if (!column) return 'FALSE';
  const name = quoteName(column.name);
  const wanted = writing.literal(column, value);
  if (others.length === 0) return `${name} ${last} ${wanted}`;
  return `(${name} ${operator}= ${wanted} AND (${name} ${operator} ${wanted} OR ${beyond(others, rest, operator, last, writing)}))`;
};

/** By the column's rules, so that the index is used, and then exactly: to those `a` may be the same as `A`. */
export const hasKey = (table: Table, key: Key, writing = EXACT): string =>
  `(${keyColumns(table)
    .map((column, i) => isColumn(column, key[i] ?? null, writing))
    .join(' AND ')})`;

const isColumn = (column: Column, value: Value, {literal: written, bytes}: Writing): string => {
  const name = quoteName(column.name);
  if (value === null) return `${name} IS NULL`;
  const base = baseType(column.type);
  if (base === 'float') return `CAST(${name} AS DOUBLE) = ${written(column, value)}`;
  const isEqual = `${name} = ${written(column, value)}`;
  return TEXTUAL.has(base) ? `${isEqual} AND ${utf8Bytes(name)} = ${bytes(value)}` : isEqual;
};

const TEXTUAL: ReadonlySet<string> = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext']);
const NUMERIC: ReadonlySet<string> = new Set([...['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'year']]);

/** A value in the text form, as SQL that gives exactly this value. */
export const literal = (column: Column, value: Value): string => {
  if (value === null) return 'NULL';
  const base = baseType(column.type);
  if (NUMERIC.has(base)) return numeric(value);
  if (base === 'float' || base === 'double') return /e/i.test(value) ? numeric(value) : `${numeric(value)}e0`;
  if (base === 'bit') return String(BigInt(`0x${value.slice(2) || '0'}`));
  if (isBytes(column.type)) return `X'${digits(value.slice(2))}'`;
  return `_utf8mb4 ${textBytes(value)}`;
};

const numeric = (value: string): string => {
  if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value)) throw new RangeError(`not a number: ${value.slice(0, 40)}`);
  return value;
};

const digits = (hex: string): string => {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RangeError('not hexadecimal digits');
  return hex;
};

/** No character of a text has a meaning in digits, whatever the session's settings. */
export const textBytes = (text: string): string => `X'${Buffer.from(text).toString('hex')}'`;

/** As it is sent. */
const EXACT: Writing = {literal, bytes: textBytes};

const utf8Bytes = (expression: string): string => `CAST(CONVERT(${expression} USING utf8mb4) AS BINARY)`;

/** Which rows of the table belong to the migration, by the bytes of the text form; NULL never does. `prefix`: of a name, `NEW.` */
export const onlyCondition = (table: Table, prefix = ''): string =>
  (table.only ?? [])
    .map(({column: name, kind, values}) => {
      const column = table.columns.find((one) => one.name === name);
      const type = column?.type ?? '';
      const place = prefix + quoteName(name);
      const text = isBytes(type) ? `CONCAT('\\\\x', LOWER(HEX(${place})))` : utf8Bytes(readExpression({name, type}, prefix));
      const list = values.map(textBytes).join(', ');
      if (list === '') return kind === 'in' ? 'FALSE' : `${place} IS NOT NULL`;
      return `${isBytes(type) ? `CAST(${text} AS BINARY)` : text} ${kind === 'in' ? 'IN' : 'NOT IN'} (${list})`;
    })
    .join(' AND ') || 'TRUE';
