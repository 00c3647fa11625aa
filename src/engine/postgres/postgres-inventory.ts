/** The inventory of a PostgreSQL side. Reads catalogues and statistics, and the key indexes where amcheck is installed. */
import type {Inventory} from '../../model/inventory.ts';
import type {Table} from '../../model/table.ts';
import {postgresFeatures} from './postgres-features.ts';
import {checkIndexes} from './postgres-index-check.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {isNoRecord, recordSchema} from './postgres-statement-record.ts';

const OBJECTS = `
  SELECT kind, count(*)::text AS count FROM (
    SELECT CASE c.relkind WHEN 'r' THEN 'tables' WHEN 'p' THEN 'partitioned tables' WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'indexes' WHEN 'v' THEN 'views'
      WHEN 'm' THEN 'materialised views' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'foreign tables' ELSE 'other relations' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)' AND c.relkind <> 't'
    UNION ALL SELECT 'functions' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)'
    UNION ALL SELECT 'triggers' FROM pg_trigger WHERE NOT tgisinternal AND tgname NOT LIKE 'crossfade%'
    UNION ALL SELECT 'foreign keys' FROM pg_constraint WHERE contype = 'f') AS objects
  GROUP BY kind ORDER BY kind`;

const FACTS = `
  SELECT pg_database_size(current_database())::text AS bytes, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text AS log,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS max, current_setting('data_checksums') AS checksums,
         (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::text AS used`;

const STALE_COLLATIONS = `
  SELECT quote_ident(collname) AS name, collversion AS recorded, pg_collation_actual_version(oid) AS actual
  FROM pg_collation WHERE collversion IS NOT NULL AND collversion <> pg_collation_actual_version(oid) ORDER BY 1`;

/** From version 15 on the database's own is recorded too. */
const STALE_DATABASE = `
  SELECT 'of the database' AS name, datcollversion AS recorded, pg_database_collation_actual_version(oid) AS actual
  FROM pg_database WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)`;

export const postgresInventory = (sessions: PgSessions, tables: readonly Table[]): Promise<Inventory> =>
  sessions.use(async (session) => {
    const facts = await session.one(FACTS);
    const objects = await session.query(OBJECTS);
    const extensions = await session.query(`SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1`);
    const available = await session.query(
      `SELECT name, coalesce(installed_version, default_version, '') AS version FROM pg_available_extensions ORDER BY 1`,
    );
    return {
      databaseBytes: Number(facts['bytes']),
      logBytes: Number(facts['log']),
      objects: objects.rows.map((row) => ({kind: row['kind'] ?? '', count: Number(row['count'])})),
      extensions: extensions.rows.map((row) => ({name: row['name'] ?? '', version: row['version'] ?? ''})),
      availableExtensions: available.rows.map((row) => ({name: row['name'] ?? '', version: row['version'] ?? ''})),
      connections: {max: Number(facts['max']), used: Number(facts['used'])},
      features: await postgresFeatures(session),
      openTransactions: await openTransactions(session),
      statements: await statements(session),
      indexCheck: await checkIndexes(session, tables),
      hasChecksums: facts['checksums'] === 'on',
      staleCollations: await staleCollations(session),
    };
  });

const staleCollations = async (session: PgSession): Promise<Inventory['staleCollations']> => {
  const {rows} = await session.query(`SELECT FROM pg_attribute WHERE attrelid = 'pg_database'::regclass AND attname = 'datcollversion'`);
  const found = [STALE_COLLATIONS, ...(rows.length ? [STALE_DATABASE] : [])];
  const answers = [];
  for (const query of found) answers.push(...(await session.query(query)).rows);
  return answers.map((row) => ({name: row['name'] ?? '', recorded: row['recorded'] ?? '', actual: row['actual'] ?? ''}));
};

/** Only what is normalised, so that it carries no value: commands like CREATE ROLE are recorded as they were typed. */
const statements = async (session: PgSession): Promise<Inventory['statements']> => {
  const schema = await recordSchema(session);
  if (schema === undefined) return {notRecorded: 'the extension pg_stat_statements is not installed in this database'};
  try {
    const found = await session.query(
      `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS query, calls::text AS calls, round(mean_exec_time::numeric, 2)::text AS mean,
              round(max_exec_time::numeric, 2)::text AS max
       FROM ${schema}.pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* '^\\s*(select|insert|update|delete|merge|with)\\M'
         AND query !~* '\\mcrossfade\\.|\\mpg_catalog\\.|\\mpg_stat|\\mpg_extension|\\mpg_class' ORDER BY total_exec_time DESC LIMIT 10`,
    );
    return found.rows.map((row) => ({
      query: row['query'] ?? '',
      calls: row['calls'] ?? '',
      meanMs: row['mean'] ?? '',
      maxMs: row['max'] ?? '',
    }));
  } catch (error) {
    if (isNoRecord(error)) return {notRecorded: 'pg_stat_statements is not loaded, or not shown to this role'};
    throw error;
  }
};

/** Of this database. What others do is shown to those who may read all statistics. */
const openTransactions = async (session: PgSession): Promise<Inventory['openTransactions']> => {
  const row = await session.one(
    `SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')::text AS may, quote_ident(current_user) AS role, count(xact_start)::text AS open,
            coalesce(round(extract(epoch FROM max(clock_timestamp() - xact_start)) * 1000), 0)::text AS oldest
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
  if (row['may'] !== 'true') return {notShown: `GRANT pg_read_all_stats TO ${row['role'] ?? ''}`};
  return {count: Number(row['open']), oldestMs: Math.max(0, Number(row['oldest']))};
};
