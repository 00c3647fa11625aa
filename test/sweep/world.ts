/**
 * Two servers that live as long as a sweep, and for each run a fresh pair of databases on them: the source's is cloned
 * from a template that was filled once.
 */
import {APPLICATION_ROLE, applicationUrl, buildShop, withClient} from '../../examples/demo/shop-database.ts';
import {type EmbeddedServer, startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import type {Counts} from '../../examples/demo/fill.ts';
import {closeWitness, openWitness} from '../../examples/demo/log-witness.ts';
import {catalogue} from './catalogue.ts';

export type Pair<T> = {readonly source: T; readonly target: T};

export type RunDatabases = Pair<string> & {
  readonly application: Pair<string>;
  readonly count: Counts;
  /** What the run left behind on both, without what differs from run to run. */
  leftovers(): Promise<readonly string[]>;
  drop(): Promise<void>;
};

export type World = AsyncDisposable & Pair<EmbeddedServer> & {databases(name: string): Promise<RunDatabases>};

const PASSWORD = 'only-for-this-sweep';
const TEMPLATE = 'filled';
const ROWS = 500;

/** `durable`: what was acknowledged survives a kill of the server. */
export async function openWorld(durable: boolean, seed: number): Promise<World> {
  const settings = {fsync: durable ? 'on' : 'off', autovacuum: 'off', max_wal_size: '1GB', max_replication_slots: '40'};
  const [source, target] = await Promise.all([startEmbeddedServer({version: 17, settings}), startEmbeddedServer({version: 18, settings})]);
  for (const {url} of [source, target]) await execute(url, `CREATE ROLE ${APPLICATION_ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  await execute(source.url, `CREATE DATABASE ${TEMPLATE}`);
  const count = await buildShop(inDatabase(source.url, TEMPLATE), {rows: ROWS, seed});
  return {
    source,
    target,
    databases: (name) => freshDatabases({source, target}, name, count),
    [Symbol.asyncDispose]: async () => void (await Promise.all([source.stop(), target.stop()])),
  };
}

async function freshDatabases(servers: Pair<EmbeddedServer>, name: string, count: Counts): Promise<RunDatabases> {
  await execute(servers.source.url, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  await execute(servers.target.url, `CREATE DATABASE ${name}`);
  const urls = {source: inDatabase(servers.source.url, name), target: inDatabase(servers.target.url, name)};
  await Promise.all([openWitness(urls.source), openWitness(urls.target)]);
  return {
    ...urls,
    application: {source: applicationUrl(urls.source, PASSWORD), target: applicationUrl(urls.target, PASSWORD)},
    count,
    leftovers: async () => [
      ...(await catalogue(urls.source)).map((line) => `source: ${line}`),
      ...(await catalogue(urls.target)).map((line) => `target: ${line}`),
    ],
    drop: async () => {
      for (const side of ['source', 'target'] as const) {
        await closeWitness(urls[side]);
        await execute(servers[side].url, `DROP DATABASE ${name} WITH (FORCE)`);
      }
    },
  };
}

const execute = (url: string, statement: string): Promise<void> => withClient(url, async (client) => void (await client.query(statement)));

function inDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
