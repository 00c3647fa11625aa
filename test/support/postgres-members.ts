/** Where a PostgreSQL server can come from, in the order of asking. A member throws its reason when it has none. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import pg from 'pg';
import {FETCHED, serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {type EmbeddedServer, startEmbeddedServer, startServer} from '../../examples/demo/embedded-servers.ts';
import {addCleanUp} from './server-folder.ts';
import type {PostgresRequest, PostgresVersion} from './servers.ts';

export type Address = {
  readonly url: string;
  readonly version: number;
  readonly dataFolder?: string;
  /** It outlives the run, so what we make in it must be removed. */
  readonly foreign?: boolean;
  /** Only in the process that started it. */
  readonly process?: {restart(): Promise<void>; kill9(): Promise<void>; stop(): Promise<void>};
};

type Request = PostgresRequest & {readonly own: boolean};
type Member = (request: Request) => Promise<Address>;

const SETTINGS: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_wal_senders: '100',
  max_replication_slots: '200',
  max_connections: '300',
  max_prepared_transactions: '20',
  shared_buffers: '64MB',
  // The tests kill processes, never the machine: without it crash recovery is the same, and disks are shared.
  fsync: 'off',
};

const INSTALLED: readonly PostgresVersion[] = [18, 17, 16, 15, 14];
const installedFolder = (version: number): string => `/usr/lib/postgresql/${version}/bin`;

export const members = {environment, embedded, installed, container} satisfies Record<string, Member>;

async function environment({version, settings, own}: Request): Promise<Address> {
  const names = [...(version === undefined ? [] : [`TEST_POSTGRES_${version}_URL`]), 'TEST_POSTGRES_URL'];
  const url = names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');
  if (url === undefined) throw new Error(`${names.join(' and ')} not set`);
  if (own) throw new Error('its server is not ours to stop');
  const found = await majorVersion(url, {wal_level: 'logical', ...settings});
  if (version !== undefined && found !== version) throw new Error(`the server is version ${found}`);
  return {url, version: found, foreign: true};
}

async function embedded({version, settings}: Request): Promise<Address> {
  if (version === 15) throw new Error('only 14, 16, 17 and 18 come from npm');
  const options = {version: version ?? 17, settings: {...SETTINGS, ...settings}};
  try {
    return registered(await startEmbeddedServer(options));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    throw isAbsent && FETCHED[options.version] ? new Error(`not fetched (npm run servers:fetch)`, {cause: error}) : error;
  }
}

async function installed({version, settings}: Request): Promise<Address> {
  const found = INSTALLED.filter((one) => version === undefined || one === version).find((one) =>
    existsSync(join(installedFolder(one), 'initdb')),
  );
  if (found === undefined) throw new Error(`no ${installedFolder(version ?? INSTALLED[0] ?? 0)}`);
  const folder = installedFolder(found);
  const binaries = {postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb'), account: serverAccount()};
  return registered(await startServer(binaries, {version: found, settings: {...SETTINGS, ...settings}}));
}

/** Loaded only when asked for: it is large. */
async function container({version, settings}: Request): Promise<Address> {
  const {startContainerServer} = await import('./postgres-container.ts');
  const {url, ...control} = await startContainerServer(version ?? 17, {...SETTINGS, ...settings});
  const found = await majorVersion(url, {});
  if (version === undefined || found === version) return {url, version: found, process: control};
  await control.stop();
  throw new Error(`the image of TEST_POSTGRES_IMAGE is version ${found}`);
}

function registered(server: EmbeddedServer): Address {
  addCleanUp({kind: 'server', dataFolder: server.dataFolder});
  const process = {restart: () => server.restart(), kill9: () => server.kill9(), stop: () => server.stop()};
  return {url: server.url, version: server.version, dataFolder: server.dataFolder, process};
}

/** Throws when the server does not answer or lacks a setting. */
async function majorVersion(url: string, settings: Readonly<Record<string, string>>): Promise<number> {
  const client = new pg.Client({connectionString: url, connectionTimeoutMillis: 5000});
  await client.connect();
  try {
    for (const [name, wanted] of Object.entries(settings)) {
      const {rows} = await client.query<{value: string}>('select current_setting($1) as value', [name]);
      if (rows[0]?.value !== wanted) throw new Error(`${name} is ${rows[0]?.value}, not ${wanted}`);
    }
    const {rows} = await client.query<{version: number}>(`select current_setting('server_version_num')::int / 10000 as version`);
    return rows[0]?.version ?? 0;
  } finally {
    await client.end();
  }
}
