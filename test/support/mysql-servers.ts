/**
 * Real MySQL and MariaDB servers for tests, as `servers.ts` has them of PostgreSQL: one per flavour, version and settings,
 * shared by the run; a fresh database for each test. Members are asked in order; each miss keeps its reason.
 */
import {hash, randomBytes} from 'node:crypto';
import mysql from 'mysql2/promise';
import {type MysqlAddress, members, type MysqlRequest} from './mysql-members.ts';
import {loginOf} from './mysql-process.ts';
import {addCleanUp, addMiss, ServerMissing, shared} from './server-folder.ts';

export type MysqlServer = {
  /** May do everything; names no database. */
  readonly url: string;
  readonly version: string;
  /** Where this machine runs the server itself. */
  readonly pid?: number;
  /** A new empty database; answers its address. */
  createDatabase(name?: string): Promise<string>;
};

/** A server of the test's own, which it may stop, restart and kill. */
export type OwnMysqlServer = MysqlServer & {
  restart(): Promise<void>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
};

const COMMANDS = {
  mysql: 'npm run servers:fetch, or set TEST_MYSQL_URL (TEST_MYSQL_9_7_URL, …)',
  mariadb: 'apt-get install mariadb-server-core, npm run servers:fetch, or set TEST_MARIADB_URL (TEST_MARIADB_10_11_URL, …)',
} as const;

export async function mysqlServer(request: MysqlRequest): Promise<MysqlServer> {
  const {flavour, version = 'any', settings = {}} = request;
  const sorted = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  const key = `${flavour}-${version}-${hash('sha256', sorted).slice(0, 16)}`; // a file's name must not be long
  return asServer(await shared<Omit<MysqlAddress, 'process'>>(key, () => firstMember(request)));
}

/** Started for the caller alone; tests that kill servers must not take the shared one. */
export async function ownMysqlServer(request: MysqlRequest): Promise<OwnMysqlServer> {
  const address = await firstMember(request, true);
  const {process} = address;
  if (!process) throw new ServerMissing(`${request.flavour}: only a server at an address we do not control`);
  return {
    ...asServer(address),
    restart: async () => {
      await process.restart();
      addCleanUp({kind: 'process', pid: process.pid, folder: process.folder});
    },
    kill9: () => process.kill9(),
    stop: () => process.stop(),
  };
}

async function firstMember(request: MysqlRequest, own = false): Promise<MysqlAddress> {
  const reasons: string[] = [];
  for (const [name, provide] of Object.entries(members)) {
    try {
      return await provide({...request, own});
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const server = `${request.flavour === 'mysql' ? 'MySQL' : 'MariaDB'} ${request.version ?? '(any version)'}`;
  const command = COMMANDS[request.flavour];
  addMiss({server, command, reasons});
  throw new ServerMissing(`${server} could not be had (${reasons.join('; ')}). Provide it: ${command}`);
}

const asServer = ({url, version, pid, foreign}: MysqlAddress): MysqlServer => ({
  url,
  version,
  ...(pid === undefined ? {} : {pid}),
  createDatabase: (name) => createDatabase(url, name, foreign === true),
});

/** On a server that outlives the run, the database is dropped at the end. */
async function createDatabase(server: string, name = `test_${randomBytes(6).toString('hex')}`, foreign: boolean): Promise<string> {
  await onServer(server, `CREATE DATABASE ${mysql.escapeId(name, true)} CHARACTER SET utf8mb4`);
  if (foreign) addCleanUp({kind: 'database', server, name});
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Called at the end of the run. */
export const dropMysqlDatabase = (server: string, name: string): Promise<void> =>
  onServer(server, `DROP DATABASE IF EXISTS ${mysql.escapeId(name, true)}`);

async function onServer(server: string, statement: string): Promise<void> {
  const connection = await mysql.createConnection(loginOf(server));
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
