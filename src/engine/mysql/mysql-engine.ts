import type {Capabilities, Database, Engine, OpenOptions} from '../engine.ts';
import {MysqlAlter} from './mysql-alter.ts';
import {mysqlActivity} from './mysql-activity.ts';
import {askMysql} from './mysql-ask.ts';
import {mysqlCatalog} from './mysql-catalog.ts';
import {mysqlCloning} from './mysql-cloning.ts';
import {mysqlClients} from './mysql-clients.ts';
import {mysqlCompare} from './mysql-compare.ts';
import {MysqlControl} from './mysql-control.ts';
import {mysqlConvertible} from './mysql-convertible.ts';
import {isPassing} from './mysql-errors.ts';
import {MysqlFence} from './mysql-fence.ts';
import type {FlavourName} from './mysql-flavour.ts';
import {mysqlIdentity} from './mysql-identity.ts';
import {mysqlLoad} from './mysql-load.ts';
import {comparePositions} from './mysql-position.ts';
import {mysqlRehearsing} from './mysql-rehearsing.ts';
import {MysqlReadReports} from './mysql-read-reports.ts';
import {MySessions} from './mysql-sessions.ts';
import {MysqlSource} from './mysql-source.ts';
import {MysqlSchema} from './mysql-schema.ts';
import {mysqlStatementCosts} from './mysql-statement-costs.ts';
import {mysqlStatements} from './mysql-statements.ts';
import {mysqlStorage} from './mysql-storage.ts';
import {mysqlUsage} from './mysql-usage.ts';
import {MysqlTarget} from './mysql-target.ts';
import {MysqlTokenTable} from './mysql-token-table.ts';

const CAPABILITIES: Capabilities = {
  position: 'GTID set',
  snapshot: 'short transactions per chunk, after a visibility barrier',
  changeStream: 'binary log in row format, read as a replica reads it',
  fence: 'row triggers, decided by a row in the same database',
  historyLoss:
    'log purged or reset, another server or another history: found by the server’s identity and by GTID sets that do not contain each other',
  versions: '',
};

/** What differs between the two is asked from the server itself; here they are two names of one thing. */
const engineOf = (name: FlavourName, product: string, versions: string): Engine => ({
  name,
  product,
  schemes: name === 'mysql' ? ['mysql', 'mariadb'] : ['mariadb', 'mysql'], // the server says which it is
  capabilities: {...CAPABILITIES, versions},
  open: (options) => open(name, options),
  statements: mysqlStatements(name),
  isPassing,
  comparePositions,
});

export const mysqlEngine = engineOf('mysql', 'MySQL', '9.7 (8.0 and 8.4 are meant, and were not run)');
export const mariadbEngine = engineOf('mariadb', 'MariaDB', '10.11 and 11.8');

function open(name: FlavourName, options: OpenOptions): Database {
  const {migration, side} = options;
  const sessions = new MySessions(options, name);
  const catalog = mysqlCatalog(sessions);
  const target = new MysqlTarget(sessions, migration);
  return {
    side,
    engine: name,
    identity: () => sessions.use(mysqlIdentity),
    catalog,
    control: new MysqlControl(sessions, migration),
    source: new MysqlSource(sessions, migration, async (scope) => (await catalog.tables(scope)).map((table) => table.name)),
    target,
    fence: new MysqlFence(sessions, migration),
    compare: mysqlCompare(sessions, migration),
    clients: mysqlClients(sessions, migration),
    tokens: new MysqlTokenTable(sessions, migration),
    readReports: new MysqlReadReports(sessions, migration),
    alter: new MysqlAlter(sessions, migration),
    schema: new MysqlSchema(sessions, migration, target),
    convertible: mysqlConvertible(sessions),
    storage: mysqlStorage(sessions),
    usage: mysqlUsage(sessions),
    costs: mysqlStatementCosts(sessions),
    ask: (query, limits) => askMysql(sessions, query, limits),
    activity: mysqlActivity(sessions, migration),
    load: mysqlLoad(sessions),
    rehearsing: mysqlRehearsing(sessions),
    cloning: mysqlCloning(sessions),
    close: () => sessions.close(),
  };
}
