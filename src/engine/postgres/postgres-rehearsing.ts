/** What a rehearsal asks of PostgreSQL: how rows hang together, and what the server counts of them. */
import type {Row} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {Rehearsing, Ties} from '../rehearsing.ts';
import {postgresLoadClient} from './postgres-load-client.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {settingsOfOthers} from './postgres-settings.ts';
import {isNamed, onlyCondition, ownRows, quoteName, quoteValue, tableNames} from './postgres-sql.ts';

const REFERENCES = `
  SELECT n.nspname AS schema, c.relname AS name, rn.nspname AS to_schema, r.relname AS to_name,
         (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY AS k(num, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num)::text AS columns,
         (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY AS k(num, place) JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.num)::text AS to_columns
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class r ON r.oid = f.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
  WHERE f.contype = 'f' AND f.conparentid = 0 AND ${isNamed('$1')} ORDER BY f.conname`;

/** Of the columns only: an expression is unique by chance, and the server says so when the index is built. */
const UNIQUE = `
  SELECT n.nspname AS schema, c.relname AS name,
         (SELECT json_agg(a.attname) FROM unnest(i.indkey) AS k(num) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num)::text AS columns
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indisunique AND ${isNamed('$1')}`;

/** Of a partitioned table, those of its partitions: it has no rows itself. */
const WRITTEN = `
  SELECT current_setting('track_counts') AS counts, (
    SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::text FROM pg_stat_all_tables s WHERE s.relid IN (
      SELECT t.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) AS t(oid) WHERE ${isNamed('$1')})) AS rows`;

export const postgresRehearsing = (sessions: PgSessions): Rehearsing => ({
  ties: (tables) => sessions.use((session) => tiesOf(session, tables)),
  some: (table, count, seed) => sessions.use((session) => someRows(session, table, count, seed)),
  requireEnvironment: (name) => sessions.use((session) => requireEnvironment(session, name)),
  written: (tables) => sessions.use((session) => writtenRows(session, tables)),
  settings: (roles) => settingsOfOthers(sessions, roles),
  client: () => postgresLoadClient(sessions),
});

async function writtenRows(session: PgSession, tables: readonly Table[]): Promise<number> {
  const {counts, rows} = await session.one(WRITTEN, [tableNames(tables.map(({name}) => name))]);
  if (counts === 'on') return Number(rows);
  throw new TerminalError('the server does not count what is written (track_counts is off)', {
    code: 'CF-REHEARSE-007',
    next: 'give the writes a second themselves: --rate 20',
  });
}

async function tiesOf(session: PgSession, tables: readonly Table[]): Promise<Ties> {
  const names = tableNames(tables.map(({name}) => name));
  const references = (await session.query(REFERENCES, [names])).rows;
  const unique = (await session.query(UNIQUE, [names])).rows;
  return {
    references: references.map((row) => ({
      table: nameIn(row),
      columns: listIn(row, 'columns'),
      to: {schema: row['to_schema'] ?? '', name: row['to_name'] ?? ''},
      toColumns: listIn(row, 'to_columns'),
    })),
    unique: unique.map((row) => ({table: nameIn(row), columns: listIn(row, 'columns')})),
  };
}

const nameIn = (row: TextRow) => ({schema: row['schema'] ?? '', name: row['name'] ?? ''});
const listIn = (row: TextRow, name: string): readonly string[] => JSON.parse(row[name] ?? '[]') as string[];

export const someRows = (session: PgSession, table: Table, count: number, seed: string): Promise<readonly Row[]> =>
  rowsWhere(
    session,
    table,
    `SELECT ${columns(table)} FROM ${ownRows(table)} t WHERE ${onlyCondition(table)} ORDER BY hashtext(t::text || $1) LIMIT ${Math.ceil(count)}`,
    [seed],
  );

const columns = (table: Table): string =>
  writtenColumns(table)
    .map(({name}) => quoteName(name))
    .join(', ');

export const rowsWhere = async (
  session: PgSession,
  {columns: all}: Table,
  query: string,
  values: readonly string[],
): Promise<readonly Row[]> => {
  const known = new Set(all.map(({name}) => name));
  const {rows} = await session.query(query, values);
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name))));
};

/** The comment belongs to the database, not to what is in it: neither a dump nor a clone of its tables brings it along. */
async function requireEnvironment(session: PgSession, name: string): Promise<void> {
  const mark = `crossfade environment: ${name}`;
  const {comment, database} = await session.one(
    "SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS comment, datname AS database FROM pg_database WHERE datname = current_database()",
  );
  if (comment?.includes(mark)) return;
  throw new TerminalError(
    `nothing shows that the database ${database} belongs to the environment ${name}: the plan's own address is not known here`,
    {
      code: 'CF-ENV-003',
      next: `if it does, run there: COMMENT ON DATABASE ${quoteName(database ?? '')} IS ${quoteValue(mark)}; or set the plan's own addresses as well, so that both can be compared`,
    },
  );
}
