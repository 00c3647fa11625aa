/** Reads for verification (hazards §4). Values and keys are the server's own text form, as in the change stream. */
import type {Key, Row} from '../../model/change.ts';
import {hashesByKey, type RowHashes} from '../../model/row-hashes.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Compare, Digest, KeyRange, MigrationRef} from '../engine.ts';
import {comparing, readInOneSnapshot} from './postgres-bracket.ts';
import {withHeldRows} from './postgres-held-rows.ts';
import {
  boundsOfParts,
  countRows,
  countTables,
  digestsOfRanges,
  fromClause,
  hashesOfRows,
  holdRows,
  keyList,
  PART_FILES,
  wholeRows,
} from './postgres-compare-statements.ts';
import type {TextRow} from './postgres-session.ts';
import {keyArrays} from './postgres-fitting-keys.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {hasKey, keyColumns, onlyCondition, quoteName, quoteTable, rangeCondition, textArray, valueType} from './postgres-sql.ts';

export const postgresCompare = (sessions: PgSessions, migration: MigrationRef): Compare => {
  const rowsOf = async (table: Table, text: string, values: readonly string[] = []) =>
    (await comparing(labelOf(table), sessions, (session) => session.query(text, values))).rows;
  return {
    async count(table) {
      const [row] = await rowsOf(table, countRows(table));
      return BigInt(row?.['count'] ?? missing('count'));
    },
    async counts(tables) {
      const [first] = tables;
      if (!first) return [];
      const rows: TextRow[] = [];
      for (const statement of countTables(tables)) rows.push(...(await rowsOf(first, statement)));
      return tables.map((_, i) => BigInt(rows[i]?.['count'] ?? missing('count')));
    },
    async partFiles(tables) {
      const roots = tables.filter(({partitions}) => partitions.length > 0);
      const [first] = roots;
      if (!first) return new Map();
      const rows = await rowsOf(first, PART_FILES, [textArray(roots.map(({name}) => quoteTable(name)))]);
      const files = new Map(rows.map((row) => [row['root'], row['files'] ?? '']));
      return new Map(roots.map(({name}) => [nameOf(name), files.get(quoteTable(name)) ?? '']));
    },
    async digests(table, ranges, applied, forms) {
      const texts = digestsOfRanges(table, ranges, forms);
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf(table)}, async (session) => {
        const rows: TextRow[] = [];
        for (const text of texts) rows.push(...(await session.query(text)).rows);
        return rows;
      });
      return {digests: ranges.map((_, i) => digestOf(value[i])), bracket};
    },
    async rowDigests(table, where, applied, forms) {
      const {text, values} = condition(table, where);
      const query = hashesOfRows(table, text, forms);
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf(table)}, (session) =>
        session.query(query, values),
      );
      return {rows: digestsByKey(table, value.rows), bracket};
    },
    async rowHashes(table, keys) {
      const {text, values} = condition(table, keys);
      return digestsByKey(table, await rowsOf(table, hashesOfRows(table, text), values));
    },
    async rows(table, keys) {
      const {text, values} = condition(table, keys);
      return (await rowsOf(table, wholeRows(table, text), values)) as Row[];
    },
    async read(table, where, applied) {
      const {text, values} = condition(table, where);
      const query = wholeRows(table, text);
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf(table)}, (session) =>
        session.query(query, values),
      );
      return {rows: value.rows as Row[], bracket};
    },
    holding(table, keys, act) {
      const {text, values} = condition(table, keys);
      return withHeldRows(sessions, {text: holdRows(table, text), values}, act);
    },
    async split(table, range, rows) {
      const bounds = await rowsOf(table, boundsOfParts(table, range, BigInt(rows)));
      return consecutive(
        range,
        bounds.map((row) => keyOf(table, row)),
      );
    },
    async sampleKeys(table, rows) {
      const source = `SELECT ${keyList(table)} ${fromClause(table)} TABLESAMPLE system (${samplePercent(table, rows)}) WHERE ${onlyCondition(table)}`;
      const found = await rowsOf(table, `SELECT * FROM (${source}) AS sampled ORDER BY random() LIMIT ${BigInt(rows)}`);
      return found.map((row) => keyOf(table, row));
    },
  };
};

const SUMS = ['sum0', 'sum1', 'sum2', 'sum3'];

const digestOf = (row: TextRow | undefined): Digest => ({
  count: BigInt(row?.['count'] ?? missing('count')),
  sums: SUMS.map((name) => BigInt(row?.[name] ?? missing(name))),
});

const labelOf = ({name}: Table): string => `${name.schema}.${name.name}`;

const keyOf = (table: Table, row: TextRow): Key => table.key.map((_, i) => row[`k${i}`] ?? null);

const condition = (table: Table, where: KeyRange | readonly Key[]): {text: string; values: string[]} => {
  if (!isKeys(where)) return {text: rangeCondition(table, where), values: []};
  const columns = keyColumns(table);
  const arrays = columns.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const wanted = columns.map((column, i) => `wanted.k${i}::${valueType(column)}`).join(', ');
  const names = columns.map((_, i) => `k${i}`).join(', ');
  const from = `FROM unnest(${arrays}) AS wanted(${names})`;
  const isOneOf = columns.some(({operatorSchema}) => operatorSchema)
    ? `EXISTS (SELECT ${from} WHERE ${hasKey(
        table,
        '',
        columns.map((_, i) => `wanted.k${i}`),
      )})`
    : `(${table.key.map(quoteName).join(', ')}) IN (SELECT ${wanted} ${from})`;
  return {
    text: `${isOneOf} AND ${onlyCondition(table)}`,
    values: keyArrays(table, where),
  };
};

const isKeys = (where: KeyRange | readonly Key[]): where is readonly Key[] => Array.isArray(where);

const digestsByKey = (table: Table, rows: readonly TextRow[]): RowHashes =>
  hashesByKey(rows.map((row) => ({key: keyOf(table, row), hash: row['hash'] ?? missing('hash')})));

const consecutive = (range: KeyRange, bounds: readonly Key[]): KeyRange[] => {
  const ends = [...bounds, range.to];
  return ends.map((to, i) => ({after: i === 0 ? range.after : bounds[i - 1], to}));
};

/** Whole pages are sampled, so ten times as many rows as wanted, of which chance picks. */
const samplePercent = (table: Table, rows: number): number =>
  table.estimatedRows < SAMPLED_WHOLE_ROWS_MAX ? 100 : Math.min(100, Math.max(0.01, (1000 * rows) / table.estimatedRows));

/** A small table has so few pages that a part of them may well be none. */
const SAMPLED_WHOLE_ROWS_MAX = 100_000;

const missing = (column: string): never => {
  throw new Error(`the answer has no ${column}`);
};
