/** The inventory of a PostgreSQL side. Reads catalogues and statistics only. */
import type {Inventory} from '../../model/inventory.ts';
import type {Table} from '../../model/table.ts';
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable} from './postgres-sql.ts';

const OBJECTS = `
  SELECT kind, count(*)::text AS count FROM (
    SELECT CASE c.relkind WHEN 'r' THEN 'tables' WHEN 'p' THEN 'partitioned tables' WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'indexes' WHEN 'v' THEN 'views'
      WHEN 'm' THEN 'materialised views' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'foreign tables' ELSE 'other relations' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)' AND c.relkind <> 't'
    UNION ALL SELECT 'functions' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)'
    UNION ALL SELECT 'triggers' FROM pg_trigger WHERE NOT tgisinternal AND tgname NOT LIKE 'crossfade%'
    UNION ALL SELECT 'foreign keys' FROM pg_constraint WHERE contype = 'f') AS objects
  GROUP BY kind ORDER BY kind`;

const STATEMENTS = `
  SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS query, calls::text AS calls, round(mean_exec_time::numeric, 2)::text AS mean
  FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY total_exec_time DESC LIMIT 10`;

export const postgresInventory = (sessions: PgSessions, tables: readonly Table[]): Promise<Inventory> =>
  sessions.use(async (session) => {
    const facts = await session.one(
      `SELECT pg_database_size(current_database())::text AS bytes, current_setting('max_connections') AS max, current_setting('data_checksums') AS checksums,
              (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::text AS used`,
    );
    const objects = await session.query(OBJECTS);
    const extensions = await session.query(`SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1`);
    const names = new Set(extensions.rows.map((row) => row['name']));
    return {
      databaseBytes: Number(facts['bytes']),
      objects: objects.rows.map((row) => ({kind: row['kind'] ?? '', count: Number(row['count'])})),
      extensions: extensions.rows.map((row) => ({name: row['name'] ?? '', version: row['version'] ?? ''})),
      connections: {max: Number(facts['max']), used: Number(facts['used'])},
      statements: names.has('pg_stat_statements') ? await statements(session) : undefined,
      corruptIndexes: names.has('amcheck') ? await corruptIndexes(session, tables) : undefined,
      hasChecksums: facts['checksums'] === 'on',
    };
  });

/** The extension lives in whatever schema it was put into. */
const statements = async (session: PgSession): Promise<Inventory['statements']> => {
  const {rows} = await session.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_stat_statements'`,
  );
  const found = await session.query(
    STATEMENTS.replace('FROM pg_stat_statements', `FROM ${rows[0]?.['schema'] ?? 'public'}.pg_stat_statements`),
  );
  return found.rows.map((row) => ({query: row['query'] ?? '', calls: row['calls'] ?? '', meanMs: row['mean'] ?? ''}));
};

/** Chunks are read in the key index's order, so a corrupt one would skip rows: a no-go (hazards H-50). */
const corruptIndexes = async (session: PgSession, tables: readonly Table[]): Promise<NonNullable<Inventory['corruptIndexes']>> => {
  const {rows: home} = await session.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'amcheck'`,
  );
  const names = tables.flatMap((table) => [table.name, ...table.partitions]).map(quoteTable);
  const {rows} = await session.query(
    `SELECT i.indexrelid::regclass::text AS index FROM unnest($1::text[]) AS wanted(name) JOIN pg_index i ON i.indrelid = wanted.name::regclass JOIN pg_class c ON c.oid = i.indexrelid
     WHERE (i.indisprimary OR i.indisreplident) AND c.relkind = 'i' AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')`,
    [names],
  );
  const corrupt: {index: string; reason: string}[] = [];
  for (const row of rows) {
    const index = row['index'] ?? '';
    try {
      await session.query(`SELECT ${home[0]?.['schema'] ?? 'public'}.bt_index_check($1::regclass)`, [index]);
    } catch (error) {
      if (!['XX001', 'XX002'].includes(codeOf(error) ?? '')) throw error; // data_corrupted, index_corrupted
      corrupt.push({index, reason: error instanceof Error ? error.message : String(error)});
    }
  }
  return corrupt;
};
