/**
 * Real PostgreSQL servers for tests. One server per version and settings is started by whichever test asks first,
 * shared by all, and stopped at the end of the run: tests take a fresh database, not a fresh server. Members are asked
 * in order (an address in the environment, npm's programs, installed programs, a container); each miss keeps its reason.
 */
import {randomBytes} from 'node:crypto';
import pg from 'pg';
import {type Address, members} from './postgres-members.ts';
import {addCleanUp, addMiss, ServerMissing, shared} from './server-folder.ts';
import {postmasterPid} from './server-process.ts';

export type PostgresVersion = 14 | 15 | 16 | 17 | 18;

export type PostgresRequest = {
  /** Any when absent. */
  readonly version?: PostgresVersion;
  /** On top of `wal_level=logical`, many slots and senders, and `fsync=off`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** From nowhere else, for tests of that; of whatever version the image is. */
  readonly from?: 'container';
};

export type PostgresServer = {
  /** Superuser, database `postgres`. */
  readonly url: string;
  readonly version: number;
  /** Where this machine runs the server itself. */
  readonly dataFolder?: string;
  readonly pid?: number;
  /** A new empty database; answers its address. */
  createDatabase(name?: string): Promise<string>;
};

/** A server of the test's own, which it may stop, restart and kill. */
export type OwnPostgresServer = PostgresServer & {
  restart(): Promise<void>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * For servers that a developer may do without: undefined when it cannot be had, so that the suite is skipped and the
 * end of the run says so. On CI a missing server is a failure.
 */
export async function optional<T>(start: () => Promise<T>): Promise<T | undefined> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ServerMissing && process.env['CI'] !== 'true') return undefined;
    throw error;
  }
}

/** For versions that `servers:fetch` brings: where they are absent the end of the run says so, and that is no failure on CI either. */
export async function ifHad<T>(start: () => Promise<T>): Promise<T | undefined> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ServerMissing) return undefined;
    throw error;
  }
}

const COMMAND = 'npm ci, npm run servers:fetch, apt-get install postgresql, or set TEST_POSTGRES_URL (TEST_POSTGRES_17_URL, …)';
const ENGINE = 'a container engine (DOCKER_HOST when it is not the default one), and TEST_POSTGRES_IMAGE where none can be pulled';

export async function postgresServer(request: PostgresRequest = {}): Promise<PostgresServer> {
  const key = `postgres-${request.from ?? 'all'}-${request.version ?? 'any'}-${settingsKey(request.settings)}`;
  return asServer(await shared<Address>(key, () => firstMember(request)));
}

/** Started for the caller alone; tests that kill servers must not take the shared one. */
export async function ownPostgresServer(request: PostgresRequest = {}): Promise<OwnPostgresServer> {
  const address = await firstMember(request, true);
  if (!address.process) throw new ServerMissing(`PostgreSQL ${request.version ?? ''}: only a server at an address we do not control`);
  const {restart, kill9, stop} = address.process;
  return {...asServer(address), restart, kill9, stop};
}

async function firstMember(request: PostgresRequest, own = false): Promise<Address> {
  const reasons: string[] = [];
  const asked = Object.entries(members).filter(([name]) => request.from === undefined || request.from === name);
  for (const [name, provide] of asked) {
    try {
      return await provide({...request, own});
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const server = `PostgreSQL ${request.version ?? '(any version)'}${request.from ? ` from a ${request.from}` : ''}`;
  const command = request.from ? ENGINE : COMMAND;
  addMiss({server, command, reasons});
  throw new ServerMissing(`${server} could not be had (${reasons.join('; ')}). Provide it: ${command}`);
}

function asServer(address: Address): PostgresServer {
  const {url, version, dataFolder} = address;
  const pid = dataFolder === undefined ? undefined : postmasterPid(dataFolder);
  return {
    url,
    version,
    ...(dataFolder === undefined ? {} : {dataFolder}),
    ...(pid === undefined ? {} : {pid}),
    createDatabase: (name) => createDatabase(url, name, address.foreign === true),
  };
}

/** On a server that outlives the run, the database is dropped at the end. */
async function createDatabase(server: string, name = `test_${randomBytes(6).toString('hex')}`, foreign: boolean): Promise<string> {
  const client = new pg.Client({connectionString: server});
  await client.connect();
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  if (foreign) addCleanUp({kind: 'database', server, name});
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

const settingsKey = (settings: PostgresRequest['settings']): string =>
  Object.entries(settings ?? {})
    .map(([name, value]) => `${name}-${value}`)
    .sort()
    .join('-')
    .replace(/[^a-z0-9_-]/gi, '_') || 'default';
