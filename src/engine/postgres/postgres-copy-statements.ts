/** What copying, re-reading and counting on send, apart from who sends it: `plan` and `sql` show the same texts. */
import {writtenColumns, type Table} from '../../model/table.ts';
import type {BulkFormat, KeyRange} from '../engine.ts';
import {fromClause, keyList} from './postgres-compare-statements.ts';
import {hasKey, keyColumns, onlyCondition, ownRows, quoteName, quoteTable, rangeCondition} from './postgres-sql.ts';

/** Boundaries are every n-th key of the key's own index, so they follow the server's order, whatever the collation. */
export const rangeBounds = (table: Table, bytes: number, within?: KeyRange): string => {
  const order = table.key.map(quoteName).join(', ');
  const numbered = `SELECT ${keyList(table)}, row_number() OVER (ORDER BY ${order}) AS n ${fromClause(table)}${within ? ` WHERE ${rangeCondition(table, within)}` : ''}`;
  return `SELECT * FROM (${numbered}) AS numbered WHERE n % ${rowsPerRange(table, bytes)} = 0 ORDER BY n`;
};

const ROWS_PER_RANGE_MIN = 1000;

const rowsPerRange = (table: Table, bytes: number): number => {
  const rowBytes = Math.max(1, table.estimatedBytes / Math.max(1, table.estimatedRows));
  return Math.max(ROWS_PER_RANGE_MIN, Math.floor(bytes / rowBytes));
};

/** A table with several ranges has its bounds read. */
export const isCut = (table: Table, bytes: number): boolean => table.estimatedBytes > bytes && table.key.length > 0;

export const copyOut = (table: Table, range: KeyRange, format: BulkFormat): string =>
  `COPY (SELECT ${columnList(table)} FROM ${ownRows(table)} WHERE ${rangeCondition(table, range)}) TO STDOUT (FORMAT ${format})`;

export const copyIn = (table: Table, format: BulkFormat): string =>
  `COPY ${quoteTable(table.name)} (${columnList(table)}) FROM STDIN (FORMAT ${format})`;

const columnList = (table: Table): string =>
  writtenColumns(table)
    .map(({name}) => quoteName(name))
    .join(', ');

/** One snapshot for all that is read in it. */
export const BEGIN_READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Rows by key: one array of texts a key column. */
export const rowsByKey = (table: Table): string => {
  const key = keyColumns(table);
  const wanted = key.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const match = hasKey(
    table,
    't.',
    key.map((_, i) => `w.k${i}`),
  );
  return `SELECT ${writtenColumns(table)
    .map((column) => `t.${quoteName(column.name)}`)
    .join(', ')}
     FROM unnest(${wanted}) AS w(${key.map((_, i) => `k${i}`).join(', ')}) JOIN ${ownRows(table)} t ON ${match} WHERE ${onlyCondition(table, 't.')}`;
};

export const truncate = (tables: readonly Table[]): string => `TRUNCATE ${tables.map((table) => quoteTable(table.name)).join(', ')}`;

/** Of the stream: rows of tables that inherit stay, as they did on the sending side. */
export const truncateOnly = (tables: readonly Table[]): string => `TRUNCATE ${tables.map(ownRows).join(', ')}`;

/** A truncate of a table of which only some rows are moved. */
export const deleteMoved = (table: Table): string => `DELETE FROM ${ownRows(table)} WHERE ${onlyCondition(table)}`;

export const analyze = ({name}: Table): string => `ANALYZE ${quoteTable(name)}`;

export const anyRow = ({name}: Table): string => `SELECT FROM ${quoteTable(name)} LIMIT 1`;
