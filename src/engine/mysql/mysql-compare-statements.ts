/** What a comparison reads. Values and keys are in the text form of the change stream. */
import type {TextForm} from '../../model/text-form.ts';
import type {Table} from '../../model/table.ts';
import {columnList, keyColumns, onlyCondition} from './mysql-read-statements.ts';
import {digestQuery, rowHash} from './mysql-row-encoding.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';

/** In the order of `n`. */
export const countTables = (tables: readonly Table[]): string =>
  tables
    .map((table, n) => `SELECT ${n} AS n, COUNT(*) AS count FROM ${quoteTable(table.name)} WHERE ${onlyCondition(table)}`)
    .join(' UNION ALL ');

/** Ranges in the order of `n`. `forms`: as another engine hashes its rows. */
export const digestsOfRanges = (table: Table, conditions: readonly string[], forms?: readonly TextForm[]): string =>
  conditions
    .map((condition, n) => digestQuery(table, fromWhere(table, condition), forms).replace(/^SELECT /, `SELECT ${n} AS n, `))
    .join(' UNION ALL ');

/** The key's columns, then the hash. `condition` is that of a range or of given keys. */
export const hashesOfRows = (table: Table, condition: string, forms?: readonly TextForm[]): string =>
  `SELECT ${keyList(table)}, ${rowHash(table, forms)} AS hash ${fromWhere(table, condition)}`;

/** Also where there is none yet: the gap between its neighbours is held. */
export const holdRows = (table: Table, condition: string): string => `SELECT 1 ${fromWhere(table, condition)} LOCK IN SHARE MODE`;

/** The key that ends each part but the last. */
export const boundsOfParts = (table: Table, condition: string, rows: number | string): string => {
  const order = table.key.map(quoteName).join(', ');
  const numbered = `SELECT ${keyList(table)}, ROW_NUMBER() OVER (ORDER BY ${order}) AS n ${fromWhere(table, condition)}`;
  return `SELECT * FROM (${numbered}) AS numbered WHERE n % ${rows} = 0 ORDER BY n`;
};

/** Of ten times as many as wanted, wherever they lie, chance picks. The whole index is read. */
export const sampledKeys = (table: Table, rows: number): string => {
  const share = Math.min(1, (10 * rows) / Math.max(1, table.estimatedRows));
  const some = share < 1 && table.estimatedRows > SAMPLED_WHOLE_ROWS_MAX ? `RAND() < ${share}` : 'TRUE';
  return `SELECT ${keyList(table)} ${fromWhere(table, some)} ORDER BY RAND() LIMIT ${rows}`;
};

/** What a server estimates of a small table may well be nothing. */
const SAMPLED_WHOLE_ROWS_MAX = 100_000;

/** Names of our own: a column of the key may be called as anything else here. */
const keyList = (table: Table): string => columnList(keyColumns(table), (_, i) => `k${i}`);

const fromWhere = (table: Table, condition: string): string =>
  `FROM ${quoteTable(table.name)} WHERE ${condition} AND ${onlyCondition(table)}`;
