/** What a comparison reads, apart from who sends it: `plan` and `sql` show the same texts. */
import type {TextForm} from '../../model/text-form.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {KeyRange} from '../engine.ts';
import {digestQuery, rowHash} from './postgres-row-encoding.ts';
import {inOrder, onlyCondition, ownRows, quoteName, rangeCondition} from './postgres-sql.ts';

export const countRows = (table: Table): string => `SELECT count(*) AS count ${fromClause(table)} WHERE ${onlyCondition(table)}`;

/** Tables in order, up to a thousand in each statement. */
export const countTables = (tables: readonly Table[]): string[] => inOrder(tables.map(countRows));

/** Ranges in order, a row each. `forms`: as another engine hashes its rows. */
export const digestsOfRanges = (table: Table, ranges: readonly KeyRange[], forms?: readonly TextForm[]): string[] =>
  inOrder(ranges.map((range) => digestQuery(table, `${fromClause(table)} WHERE ${rangeCondition(table, range)}`, forms)));

/** `condition` is that of a range or of given keys. */
export const hashesOfRows = (table: Table, condition: string, forms?: readonly TextForm[]): string =>
  `SELECT ${keyList(table)}, ${rowHash(table, forms)} AS hash ${fromClause(table)} WHERE ${condition}`;

export const wholeRows = (table: Table, condition: string): string => {
  const columns = writtenColumns(table).map(({name}) => quoteName(name));
  return `SELECT ${columns.join(', ')} ${fromClause(table)} WHERE ${condition}`;
};

export const holdRows = (table: Table, condition: string): string => `SELECT ${fromClause(table)} WHERE ${condition} FOR SHARE`;

export const boundsOfParts = (table: Table, range: KeyRange, rows: bigint | string): string => {
  const order = table.key.map(quoteName).join(', ');
  const numbered = `SELECT ${keyList(table)}, row_number() OVER (ORDER BY ${order}) AS n ${fromClause(table)} WHERE ${rangeCondition(table, range)}`;
  return `SELECT * FROM (${numbered}) AS numbered WHERE n % ${rows} = 0 ORDER BY n`;
};

/** A part that is emptied, clustered or rewritten gets another file (H-14). */
export const PART_FILES = `
  SELECT root, string_agg(pg_relation_filenode(part.relid)::text, ' ' ORDER BY part.relid) AS files
  FROM unnest($1::text[]) AS root, pg_partition_tree(root::regclass) AS part WHERE part.isleaf GROUP BY root`;

/** A table that others inherit from is compared without their rows; a partitioned one is its partitions. */
export const fromClause = (table: Table): string => `FROM ${ownRows(table)}`;

/** Not cast to text: `char(3)` keeps its blanks and a boolean stays `t`, as the change stream writes them. */
export const keyList = (table: Table): string => table.key.map((name, i) => `${quoteName(name)} AS k${i}`).join(', ');
