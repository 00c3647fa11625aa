/** The inventory of a MySQL or MariaDB side, of all schemas that are not the server's own; its statements are those in the schemas of `tables`. */
import type {Inventory} from '../../model/inventory.ts';
import type {Table} from '../../model/table.ts';
import {mysqlFeatures} from './mysql-features.ts';
import {bytesOf, logFiles} from './mysql-log-files.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import {readAccount} from './mysql-privileges.ts';
import {askTables} from './mysql-server-tables.ts';
import type {MySession} from './mysql-session.ts';
import {mysqlStatementRecord} from './mysql-statement-record.ts';
import {movableBytes} from './mysql-storage.ts';

const counted = (kind: string, from: string, schema: string, and = 'TRUE'): string =>
  `SELECT '${kind}' AS kind, count(*) AS amount FROM information_schema.${from} WHERE NOT ${ownSchemas(schema)} AND ${and}`;

const OBJECTS = [
  counted('tables', 'tables', 'table_schema', `table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')`),
  counted('partitioned tables', 'tables', 'table_schema', `create_options LIKE '%partitioned%'`),
  counted('sequences', 'tables', 'table_schema', `table_type = 'SEQUENCE'`),
  `SELECT 'indexes', count(DISTINCT table_schema, table_name, index_name) FROM information_schema.statistics WHERE NOT ${ownSchemas('table_schema')}`,
  counted('views', 'views', 'table_schema'),
  counted('foreign keys', 'referential_constraints', 'constraint_schema'),
  counted('triggers', 'triggers', 'trigger_schema'),
  counted('procedures', 'routines', 'routine_schema', `routine_type = 'PROCEDURE'`),
  counted('functions', 'routines', 'routine_schema', `routine_type = 'FUNCTION'`),
  counted('events', 'events', 'event_schema'),
].join(' UNION ALL ');

const FACTS = `SELECT @@global.max_connections AS connections, @@global.innodb_checksum_algorithm AS checksums`;

const PLUGINS = `SELECT plugin_name AS name, plugin_version AS version FROM information_schema.plugins WHERE plugin_status = 'ACTIVE' AND plugin_library IS NOT NULL ORDER BY 1`;

export const mysqlInventory = async (session: MySession, tables: readonly Table[]): Promise<Inventory> => {
  const facts = await session.one(FACTS);
  const objects = await session.query(OBJECTS);
  const plugins = await session.query(PLUGINS);
  const used = await session.one<{Value: string}>(`SHOW GLOBAL STATUS LIKE 'Threads_connected'`);
  return {
    databaseBytes: await movableBytes(session),
    // As much as is kept: two of these tell how fast the log grows, as long as no file is purged in between.
    logBytes: bytesOf(await logFiles(session)),
    objects: objects.rows.map((row) => ({kind: row['kind'] ?? '', count: Number(row['amount'])})).filter(({count}) => count > 0),
    extensions: plugins.rows.map((row) => ({name: row['name'] ?? '', version: row['version'] ?? ''})),
    availableExtensions: [],
    connections: {max: Number(facts['connections']), used: Number(used.Value)},
    features: await mysqlFeatures(session),
    openTransactions: await openTransactions(session),
    statements: await mysqlStatementRecord(session, [...new Set(tables.map(({name}) => name.schema))]),
    indexCheck: {notChecked: `${session.flavour.product} checks indexes only where it may hold up their users (CHECK TABLE)`},
    hasChecksums: facts['checksums'] !== 'none',
    // The rules of a collation are part of the server and are never changed under its name.
    staleCollations: [],
  };
};

/** InnoDB tells times in the server's own zone, to the second. Our own reads are among them, and over before anybody could wait for them. */
const openTransactions = async (session: MySession): Promise<Inventory['openTransactions']> => {
  const account = await readAccount(session);
  if (!account.holdsOne(['PROCESS'])) return {notShown: `GRANT PROCESS ON *.* TO ${account.name}`};
  const row = await askTables(({transactions}) =>
    session.one(
      `SELECT count(*) AS open, coalesce(max(timestampdiff(SECOND, trx_started, convert_tz(utc_timestamp(), '+00:00', 'SYSTEM'))), 0) AS oldest
       FROM ${transactions} t WHERE trx_mysql_thread_id <> connection_id()`,
    ),
  );
  return {count: Number(row['open']), oldestMs: Math.max(0, Number(row['oldest'])) * 1000};
};
