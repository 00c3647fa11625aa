/**
 * What MySQL and MariaDB do differently, asked from the server's own version once per session. Nothing else in this folder
 * looks at a product's name.
 */

export type FlavourName = 'mysql' | 'mariadb';

export type Flavour = {
  readonly name: FlavourName;
  readonly product: string;
  /** `80408` of 8.4.8, `101119` of 10.11.19. */
  readonly version: number;
  readonly versionText: string;
  /** How a SELECT begins that the server ends after so long. */
  readonly selectWithin: (limitMs: number) => string;
  /** Settings of a session that only this product has, as `SET SESSION` takes them. */
  readonly pins: readonly string[];
  /** Of its `sql_mode`, beside ours. */
  readonly modes: readonly string[];
  /** Changes when another server answers at the same address. */
  readonly systemId: string;
  /** Everything that stands in the server's log, as one GTID set. */
  readonly executed: string;
  /** Else JSON is a text with a check. */
  readonly hasJsonType: boolean;
  /** Checks with `schema`, `table`, name, clause and whether they are enforced. */
  readonly checks: string;
  /** Of a part of an index that is no column. */
  readonly indexExpression: string;
  /** The place in the log's files, and which schemas are left out of them. */
  readonly logStatus: string;
  /** A row for each server whose transactions arrive here (H-77). */
  readonly followed: string;
  readonly settings: readonly Setting[];
  /** `1` where what foreign keys do to other rows is done by InnoDB alone, so that the log says nothing of it (H-19). */
  readonly nativeForeignKeys: string;
  /** Schemas of the server's own that tell who waits for whom; elsewhere PROCESS is enough. */
  readonly showsWaits: readonly string[];
  /** Whether a statement may ask for a table's lock without waiting for it; else a second is the shortest wait. */
  readonly canAskForTable: boolean;
  readonly privileges: Privileges;
};

/** A server setting that a change stream needs. */
export type Setting = {
  readonly name: string;
  /** As SHOW VARIABLES writes it. */
  readonly wanted: string;
  /** What happens otherwise. */
  readonly otherwise: string;
  readonly isRestartNeeded?: true;
};

/** Each with the privileges of which one is enough; the first is what is asked for. */
export type Privileges = {
  readonly readLog: readonly string[];
  readonly askPositions: readonly string[];
  /** Empty: everybody may. */
  readonly askPrepared: readonly string[];
  /** May make triggers where there is a log, unless the server trusts everybody with them. */
  readonly makeTriggers: readonly string[];
  readonly endSessions: readonly string[];
  /** May write where the server is read-only: no application may have it. */
  readonly bypassReadOnly: readonly string[];
  /** May write without the log. */
  readonly skipLog: readonly string[];
};

const ROW_IMAGE: Setting = {
  name: 'binlog_row_image',
  wanted: 'FULL',
  otherwise: 'changes come without some of their columns (H-70)',
};
const ROW_METADATA: Setting = {
  name: 'binlog_row_metadata',
  wanted: 'FULL',
  otherwise: 'changes come without the names of their columns, so that an ALTER could shift values unseen (H-29)',
};
const ROW_FORMAT: Setting = {
  name: 'binlog_format',
  wanted: 'ROW',
  otherwise: 'changes come as the text of statements (H-71)',
};
const LOG: Setting = {name: 'log_bin', wanted: 'ON', otherwise: 'there is no log to read changes from', isRestartNeeded: true};

const MYSQL_SETTINGS: readonly Setting[] = [
  LOG,
  ROW_FORMAT,
  ROW_IMAGE,
  ROW_METADATA,
  {name: 'gtid_mode', wanted: 'ON', otherwise: 'a place in the log has no name that outlives its file (H-69)'},
  {name: 'enforce_gtid_consistency', wanted: 'ON', otherwise: 'statements are let through that have no GTID of their own'},
  {
    name: 'binlog_order_commits',
    wanted: 'ON',
    otherwise: 'transactions become visible in another order than they have in the log, so no read could be placed in it',
  },
  {name: 'binlog_transaction_compression', wanted: 'OFF', otherwise: 'transactions come packed (H-70)'},
  {name: 'binlog_row_value_options', wanted: '', otherwise: 'JSON values come as differences (H-70)'},
];

const MARIADB_SETTINGS: readonly Setting[] = [
  LOG,
  ROW_FORMAT,
  ROW_IMAGE,
  ROW_METADATA,
  {name: 'log_bin_compress', wanted: 'OFF', otherwise: 'changes come packed (H-70)'},
];

/** `text` is what the server says to `SELECT version()`: `10.11.19-MariaDB-0+deb12u1-log`, `9.7.4`. */
export const flavourOf = (text: string): Flavour => {
  const [, major = '0', minor = '0', patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  return text.includes('MariaDB') ? mariadb(version, text) : mysql(version, text);
};

const mysql = (version: number, versionText: string): Flavour => ({
  name: 'mysql',
  product: 'MySQL',
  version,
  versionText,
  selectWithin: (limitMs) => `SELECT /*+ MAX_EXECUTION_TIME(${Math.ceil(limitMs)}) */`,
  pins: [
    'max_execution_time = 0',
    'information_schema_stats_expiry = 0',
    // Else columns that the server made by itself would be in the log and not in the catalogue (H-58).
    ...(version >= 80_030 ? ['show_gipk_in_create_table_and_information_schema = ON'] : []),
  ],
  modes: [],
  systemId: '@@server_uuid',
  executed: '@@global.gtid_executed',
  hasJsonType: true,
  checks: `SELECT t.table_schema AS \`schema\`, t.table_name AS \`table\`, c.constraint_name AS name, c.check_clause AS clause, t.enforced AS enforced
           FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
             ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'`,
  indexExpression: 'expression',
  logStatus: version >= 80_200 ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS',
  followed: version >= 80_022 ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS',
  settings: MYSQL_SETTINGS,
  nativeForeignKeys: version >= 90_600 ? `@@global.innodb_native_foreign_keys` : '1',
  showsWaits: ['performance_schema'],
  canAskForTable: false,
  privileges: {
    readLog: ['REPLICATION SLAVE'],
    askPositions: ['REPLICATION CLIENT', 'SUPER'],
    askPrepared: ['XA_RECOVER_ADMIN'],
    makeTriggers: ['SUPER'],
    endSessions: ['CONNECTION_ADMIN', 'SUPER'],
    bypassReadOnly: ['CONNECTION_ADMIN', 'SUPER'],
    skipLog: ['SESSION_VARIABLES_ADMIN', 'SYSTEM_VARIABLES_ADMIN', 'SUPER'],
  },
});

const mariadb = (version: number, versionText: string): Flavour => ({
  name: 'mariadb',
  product: 'MariaDB',
  version,
  versionText,
  selectWithin: (limitMs) => `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR SELECT`,
  pins: ['max_statement_time = 0'],
  // Else a GRANT to nobody would make an account that everybody may use.
  modes: ['NO_AUTO_CREATE_USER'],
  // Made from the machine's network address and the port, and nothing of the data: the number that replication knows it by beside it.
  systemId: `concat(@@server_uid, '/', @@server_id)`,
  executed: '@@global.gtid_binlog_pos',
  hasJsonType: false,
  checks: `SELECT constraint_schema AS \`schema\`, table_name AS \`table\`, constraint_name AS name, check_clause AS clause, 'YES' AS enforced
           FROM information_schema.check_constraints`,
  indexExpression: 'NULL',
  logStatus: 'SHOW MASTER STATUS',
  // Whose they are would take a right of its own.
  followed: `SELECT 1 AS one FROM information_schema.global_status WHERE variable_name = 'SLAVES_RUNNING' AND variable_value > 0`,
  settings: MARIADB_SETTINGS,
  nativeForeignKeys: '1',
  showsWaits: [],
  canAskForTable: true,
  privileges: {
    readLog: ['REPLICATION SLAVE'],
    askPositions: ['BINLOG MONITOR', 'SUPER'],
    askPrepared: [],
    makeTriggers: ['SUPER'],
    endSessions: ['CONNECTION ADMIN', 'SUPER'],
    bypassReadOnly: ['READ_ONLY ADMIN', 'SUPER'],
    skipLog: ['BINLOG ADMIN', 'SUPER'],
  },
});
