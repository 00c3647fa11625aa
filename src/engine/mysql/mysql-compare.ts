/** Reads for verification (hazards §4). Values and keys are in the one text form, as in the change stream. */
import type {Key, Row} from '../../model/change.ts';
import {hashesByKey, type RowHash, type RowHashes} from '../../model/row-hashes.ts';
import type {TextForm} from '../../model/text-form.ts';
import {TerminalError} from '../../model/errors.ts';
import {nameOf, type Table, writtenColumns} from '../../model/table.ts';
import type {Compare, Digest, KeyRange, MigrationRef} from '../engine.ts';
import {comparing, readInOneSnapshot} from './mysql-bracket.ts';
import {boundsOfParts, countTables, digestsOfRanges, hashesOfRows, holdRows, sampledKeys} from './mysql-compare-statements.ts';
import {withHeldRows} from './mysql-held-rows.ts';
import {isOrdered, keyColumns, oneOf, rangeCondition, selectRows} from './mysql-read-statements.ts';
import {type SentRow, sentRows, textRows} from './mysql-row-stream.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {textReader, utf8Text} from './mysql-value-text.ts';

/** Of one statement: each is a condition of its own. */
const KEYS_PER_READ = 500;
const TABLES_PER_READ = 500;

export const mysqlCompare = (sessions: MySessions, migration: MigrationRef): Compare => {
  const counts = async (tables: readonly Table[]): Promise<bigint[]> => {
    const found: bigint[] = [];
    for (const some of partsOf(tables, TABLES_PER_READ)) {
      const {rows} = await comparing(labelOf(some), sessions, (session) => session.query(countTables(some)));
      const counted = byPlace(rows);
      found.push(...some.map((_, n) => countOf(counted.get(n))));
    }
    return found;
  };
  return {
    async count(table) {
      const [count = 0n] = await counts([table]);
      return count;
    },
    counts,
    async digests(table, ranges, applied, forms) {
      const conditions = ranges.map((range) => rangeCondition(table, range));
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf([table])}, async (session) => {
        const {rows} = await session.query(digestsOfRanges(table, conditions, forms));
        if (rows.some((row) => row['hashed'] !== row['count'])) throw tooLong(table);
        return byPlace(rows);
      });
      return {digests: ranges.map((_, n) => digestOf(value.get(n))), bracket};
    },
    async rowDigests(table, where, applied, forms) {
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf([table])}, (session) =>
        hashes(session, table, where, forms),
      );
      return {rows: value, bracket};
    },
    rowHashes: (table, keys) => comparing(labelOf([table]), sessions, (session) => hashes(session, table, keys)),
    rows: (table, keys) => comparing(labelOf([table]), sessions, (session) => rowsOf(session, table, keys)),
    async read(table, where, applied) {
      const {value, bracket} = await readInOneSnapshot(sessions, {migration, applied, what: labelOf([table])}, (session) =>
        rowsOf(session, table, where),
      );
      return {rows: value, bracket};
    },
    holding: (table, keys, act) =>
      withHeldRows(
        sessions,
        conditions(table, keys).map((condition) => holdRows(table, condition)),
        act,
      ),
    async split(table, range, rows) {
      if (!isOrdered(table)) return [range];
      const bounds = await comparing(labelOf([table]), sessions, (session) =>
        keysOf(session, table, boundsOfParts(table, rangeCondition(table, range), rows)),
      );
      const ends = [...bounds, range.to];
      return ends.map((to, i) => ({after: i === 0 ? range.after : bounds[i - 1], to}));
    },
    sampleKeys: (table, rows) => comparing(labelOf([table]), sessions, (session) => keysOf(session, table, sampledKeys(table, rows))),
  };
};

const SUMS = ['sum0', 'sum1', 'sum2', 'sum3'];

const hashes = async (
  session: MySession,
  table: Table,
  where: KeyRange | readonly Key[],
  forms?: readonly TextForm[],
): Promise<RowHashes> => {
  const found: RowHash[] = [];
  for (const condition of conditions(table, where)) {
    for (const [key, sent] of await keyed(session, table, hashesOfRows(table, condition, forms))) {
      if (!sent) throw tooLong(table);
      found.push({key, hash: utf8Text(sent)});
    }
  }
  return hashesByKey(found);
};

const rowsOf = async (session: MySession, table: Table, where: KeyRange | readonly Key[]): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const condition of conditions(table, where))
    for await (const batch of textRows(sentRows(session, selectRows(table, condition)), writtenColumns(table))) rows.push(...batch);
  return rows;
};

const keysOf = async (session: MySession, table: Table, sql: string): Promise<Key[]> =>
  (await keyed(session, table, sql)).map(([key]) => key);

/** Rows that begin with the key's columns; with the value behind them, if there is one. */
const keyed = async (session: MySession, table: Table, sql: string): Promise<(readonly [Key, SentRow[number] | undefined])[]> => {
  const readers = keyColumns(table).map(textReader);
  const found: (readonly [Key, SentRow[number] | undefined])[] = [];
  for await (const batch of sentRows(session, sql)) {
    for (const row of batch) found.push([readers.map((text, i) => valueOf(row[i], text)), row[readers.length]]);
  }
  return found;
};

const valueOf = (sent: SentRow[number] | undefined, text: (sent: Buffer) => string): string | null => (sent ? text(sent) : null);

const conditions = (table: Table, where: KeyRange | readonly Key[]): string[] =>
  isKeys(where) ? partsOf(where, KEYS_PER_READ).map((keys) => oneOf(table, keys)) : [rangeCondition(table, where)];

const isKeys = (where: KeyRange | readonly Key[]): where is readonly Key[] => Array.isArray(where);

const partsOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({length: Math.ceil(all.length / size)}, (_, i) => all.slice(i * size, (i + 1) * size));

const labelOf = (tables: readonly Table[]): string =>
  tables
    .slice(0, 1)
    .map(({name}) => nameOf(name))
    .join();

/** A union has no order of its own. */
const byPlace = (rows: readonly TextRow[]): ReadonlyMap<number, TextRow> => new Map(rows.map((row) => [Number(row['n']), row]));

const digestOf = (row: TextRow | undefined): Digest => ({
  count: countOf(row),
  sums: SUMS.map((name) => BigInt(row?.[name] ?? missing(name))),
});

const countOf = (row: TextRow | undefined): bigint => BigInt(row?.['count'] ?? missing('count'));

const missing = (column: string): never => {
  throw new Error(`the answer has no ${column}`);
};

const tooLong = (table: Table): TerminalError =>
  new TerminalError(`a row of ${nameOf(table.name)} is too long to be hashed by its server`, {
    code: 'CF-VERIFY-002',
    next: 'SET GLOBAL max_allowed_packet = 1073741824 there, then verify again',
  });
