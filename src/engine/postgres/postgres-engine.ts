import {TerminalError} from '../../model/errors.ts';
import type {Side} from '../../model/side.ts';
import type {Database, Engine, OpenOptions, ReportedParameters, ServerIdentity} from '../engine.ts';
import {PostgresAlter} from './postgres-alter.ts';
import {postgresActivity} from './postgres-activity.ts';
import {postgresCatalog} from './postgres-catalog.ts';
import {postgresClients} from './postgres-clients.ts';
import {postgresCloning} from './postgres-cloning.ts';
import {postgresRehearsing} from './postgres-rehearsing.ts';
import {postgresCompare} from './postgres-compare.ts';
import {PostgresControl} from './postgres-control.ts';
import {postgresConvertible} from './postgres-convertible.ts';
import {PostgresFence} from './postgres-fence.ts';
import {isPassing} from './postgres-errors.ts';
import {postgresLoad} from './postgres-load.ts';
import {bytesBetween, comparePositions} from './postgres-position.ts';
import {PostgresSchema} from './postgres-schema.ts';
import {askPostgres} from './postgres-ask.ts';
import {PgSessions} from './postgres-sessions.ts';
import {PostgresSource} from './postgres-source.ts';
import {textArray} from './postgres-sql.ts';
import {postgresStatementCosts} from './postgres-statement-costs.ts';
import {postgresStatements} from './postgres-statements.ts';
import {postgresStorage} from './postgres-storage.ts';
import {postgresUsage} from './postgres-usage.ts';
import {PostgresTarget} from './postgres-target.ts';
import {PostgresReadReports} from './postgres-read-reports.ts';
import {PostgresTokenTable} from './postgres-token-table.ts';

export const postgresEngine: Engine = {
  name: 'postgres',
  product: 'PostgreSQL',
  schemes: ['postgres', 'postgresql'],
  capabilities: {
    position: 'LSN',
    snapshot: 'short transactions per chunk, after a visibility barrier',
    changeStream: 'logical replication slot, pgoutput',
    fence: 'trigger per epoch and table, decided by a row in the same database',
    historyLoss: 'slot dropped, moved or lost, standby promoted: found by name, plugin, system identifier, timeline and positions',
    versions: '14 to 18',
  },
  open,
  statements: postgresStatements,
  isPassing,
  comparePositions,
  bytesBetween,
};

function open(options: OpenOptions): Database {
  const sessions = new PgSessions(options);
  return {
    side: options.side,
    engine: 'postgres',
    identity: () => identity(sessions),
    catalog: postgresCatalog(sessions),
    parameters: reportedParameters(sessions),
    control: new PostgresControl(sessions, options.migration),
    source: new PostgresSource(sessions, options.migration),
    target: new PostgresTarget(sessions, options.migration),
    fence: new PostgresFence(sessions, options.migration),
    compare: postgresCompare(sessions, options.migration),
    clients: postgresClients(sessions, options.migration),
    alter: new PostgresAlter(sessions, options.migration),
    schema: new PostgresSchema(sessions, options.migration),
    convertible: postgresConvertible(sessions),
    tokens: new PostgresTokenTable(sessions, options.migration),
    readReports: new PostgresReadReports(sessions, options.migration),
    storage: postgresStorage(sessions),
    usage: postgresUsage(sessions),
    costs: postgresStatementCosts(sessions),
    ask: (query, limits) => askPostgres(sessions, query, limits),
    activity: postgresActivity(sessions, options.migration),
    load: postgresLoad(sessions),
    rehearsing: postgresRehearsing(sessions),
    cloning: postgresCloning(sessions),
    close: () => sessions.close(),
  };
}

const reportedParameters = (sessions: PgSessions): ReportedParameters => ({
  reported: () => sessions.use(async (session) => session.reported),
  unknown: (names) =>
    sessions.use(async (session) => {
      const {rows} = await session.query(
        'SELECT name FROM unnest($1::text[]) AS wanted(name) WHERE lower(name) NOT IN (SELECT lower(name) FROM pg_settings)',
        [textArray(names)],
      );
      return rows.map((row) => row['name'] ?? '');
    }),
});

const identity = (sessions: PgSessions): Promise<ServerIdentity> =>
  sessions.use(async (session) => {
    const row = await session.one(
      `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS id, current_setting('server_version_num') AS number, current_setting('server_version') AS text, session_user::text AS role, current_database()::text AS database, pg_is_in_recovery()::text AS standby`,
    );
    if (row['standby'] === 'true') throw isStandby(sessions.options.side);
    return {
      systemId: row['id'] ?? '',
      version: Number(row['number']),
      versionText: row['text'] ?? '',
      role: row['role'] ?? '',
      database: row['database'] ?? '',
      room: 'database',
    };
  });

/** H-77: nothing can be published there, and nothing written. Every verb that changes a side asks who it is first. */
const isStandby = (side: Side): TerminalError =>
  new TerminalError(`the ${side} is a standby: it follows another server and can only be read`, {
    code: 'CF-SRC-007',
    next: `give the address of its primary in ${side}.url`,
  });
