/** What a rehearsal asks of MySQL and MariaDB: how rows hang together, and what the server counts and is set to. */
import type {Row} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {Rehearsing, Ties} from '../rehearsing.ts';
import {mysqlLoadClient} from './mysql-load-client.ts';
import {keyColumns, selectRows} from './mysql-read-statements.ts';
import {rowsOf} from './mysql-row-stream.ts';
import {readMysqlSchema} from './mysql-schema-catalog.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteName, quoteValue, tableNames} from './mysql-sql.ts';
import {readExpression} from './mysql-value-text.ts';

export const mysqlRehearsing = (sessions: MySessions): Rehearsing => ({
  ties: (tables) => sessions.use((session) => tiesOf(session, tables)),
  some: (table, count, seed) => sessions.use((session) => someRows(session, table, count, seed)),
  requireEnvironment: (name) => sessions.use((session) => requireEnvironment(session, name)),
  written: (tables) => sessions.use((session) => writtenRows(session, tables)),
  settings: () => sessions.use(settingsOfOthers),
  client: () => mysqlLoadClient(sessions),
});

/** Of the columns only: an expression is unique by chance, and the server says so. */
async function tiesOf(session: MySession, tables: readonly Table[]): Promise<Ties> {
  const schema = await readMysqlSchema(
    session,
    tables.map(({name}) => name),
  );
  return {
    references: schema.tables.flatMap(({name: table, foreignKeys}) =>
      foreignKeys.map(({columns, references: to, referencedColumns: toColumns}) => ({table, columns, to, toColumns})),
    ),
    unique: schema.tables.flatMap(({name: table, indexes}) =>
      indexes
        .filter(({isUnique}) => isUnique)
        .map(({parts}) => ({table, columns: parts.flatMap(({column}) => (column === null ? [] : [column]))})),
    ),
    rewritten: schema.tables.map(({name: table, columns}) => ({
      table,
      columns: columns.filter(({extra}) => /on update/i.test(extra)).map(({name}) => name),
    })),
  };
}

/** A row is found by its key; a table without one has none to give. */
export async function someRows(session: MySession, table: Table, count: number, seed: string): Promise<readonly Row[]> {
  if (table.key.length === 0) return [];
  const place = `CRC32(CONCAT_WS('/', ${[quoteValue(seed), ...keyColumns(table).map((column) => readExpression(column))].join(', ')}))`;
  return rowsOf(session, `${selectRows(table, 'TRUE')} ORDER BY ${place} LIMIT ${Math.ceil(count)}`, writtenColumns(table));
}

/** A database has no comment on MySQL, so an empty one says what its server is for; no dump of others brings it along. */
async function requireEnvironment(session: MySession, name: string): Promise<void> {
  const mark = `crossfade_environment_${name}`;
  const {rows} = await session.query('SELECT 1 AS one FROM information_schema.schemata WHERE schema_name = ?', [mark]);
  if (rows.length > 0) return;
  const {account} = await session.one('SELECT current_user() AS account');
  const [user = '', host = ''] = (account ?? '').split(/@(?=[^@]*$)/);
  const grant = `GRANT SELECT ON ${quoteName(mark)}.* TO ${quoteValue(user)}@${quoteValue(host)}`;
  throw new TerminalError(`nothing shows that this server belongs to the environment ${name}`, {
    code: 'CF-ENV-003',
    next: `if it does, run there: CREATE DATABASE ${quoteName(mark)}; ${grant}`,
  });
}

/** MariaDB has it off unless told otherwise. */
const IS_COUNTING = `
  SELECT @@performance_schema = 1 AND EXISTS (SELECT 1 FROM performance_schema.setup_instruments
    WHERE name = 'wait/io/table/sql/handler' AND enabled = 'YES') AS counts`;

async function writtenRows(session: MySession, tables: readonly Table[]): Promise<number> {
  if ((await session.one(IS_COUNTING))['counts'] !== '1')
    throw new TerminalError('the server does not count what is written (performance_schema is off)', {
      code: 'CF-REHEARSE-007',
      next: 'give the writes a second themselves: --rate 20',
    });
  const {changed} = await session.one(
    `SELECT coalesce(sum(count_insert + count_update + count_delete), 0) AS changed FROM performance_schema.table_io_waits_summary_by_table
      WHERE (object_schema, object_name) IN (${tableNames(tables.map(({name}) => name))})`,
  );
  return Number(changed);
}

/** What the speed of a copy, the way of the stream, the length of a stall and the patience of its clients depend on. */
const SETTINGS = [
  ...['binlog_format', 'binlog_row_image', 'binlog_row_metadata', 'sync_binlog', 'innodb_flush_log_at_trx_commit', 'gtid_mode'],
  ...['binlog_expire_logs_seconds', 'innodb_buffer_pool_size', 'innodb_redo_log_capacity', 'innodb_log_file_size', 'max_connections'],
  ...['max_allowed_packet', 'innodb_lock_wait_timeout', 'lock_wait_timeout', 'wait_timeout', 'max_execution_time', 'max_statement_time'],
  ...['sql_mode', 'time_zone', 'transaction_isolation', 'tx_isolation', 'character_set_server', 'collation_server', 'init_connect'],
  ...['innodb_autoinc_lock_mode', 'lower_case_table_names', 'innodb_snapshot_isolation', 'autocommit', 'foreign_key_checks'],
];

/** Accounts have no settings of their own here. */
async function settingsOfOthers(session: MySession): Promise<Readonly<Record<string, string>>> {
  const {rows} = await session.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${SETTINGS.map(quoteValue).join(', ')})`);
  return Object.fromEntries(rows.map((row) => [row['Variable_name'] ?? '', row['Value'] ?? '']));
}
