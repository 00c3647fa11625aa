/**
 * Two servers that live as long as a sweep, and for each run a fresh pair of databases on them. Here both are PostgreSQL, and
 * the source's is cloned from a template that was filled once; `mysql-world.ts` is the other one.
 */
import {APPLICATION_ROLE, applicationUrl, buildShop, withClient} from '../../examples/demo/shop-database.ts';
import {type EmbeddedServer, startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import type {Counts} from '../../examples/demo/fill.ts';
import {closeWitness, openWitness} from '../../examples/demo/log-witness.ts';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Application, startApplication} from '../../examples/demo/application-process.ts';
import type {ApplicationOptions} from '../../examples/demo/application.ts';
import {compareFilledRows} from '../../examples/demo/fill-checksum.ts';
import {askOracle, type OracleReport} from '../../examples/demo/oracle.ts';
import {catalogue} from './catalogue.ts';

export type Pair<T> = {readonly source: T; readonly target: T};

/** The databases of one run and the application in them. */
export type RunDatabases = Pair<string> & {
  /** What the plan says of these two engines. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** As the application goes there. */
  readonly application: Pair<string>;
  /** The application, over these ways or straight ones; resolves when it has written something. */
  start(options: ApplicationOptions, ways?: Pair<string>): Promise<Application>;
  /** After the last of so many switches, when the target is open. `folder`: with the clients' logs. */
  judge(folder: string, switches: number): Promise<OracleReport>;
  /** Tables in which rows differ that nobody wrote. */
  differing(): Promise<readonly string[]>;
  /** What the run left behind on both, without what differs from run to run. */
  leftovers(): Promise<readonly string[]>;
  drop(): Promise<void>;
};

export type KillableServer = {kill9(): Promise<void>; restart(): Promise<void>};
export type World = AsyncDisposable & Pair<KillableServer> & {databases(name: string): Promise<RunDatabases>};

const sql = (file: string): string => fileURLToPath(new URL(`../../examples/demo/${file}`, import.meta.url));
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
  const application = {source: applicationUrl(urls.source, PASSWORD), target: applicationUrl(urls.target, PASSWORD)};
  await Promise.all([openWitness(urls.source), openWitness(urls.target)]);
  return {
    ...urls,
    plan: {schema: {kind: 'files', preData: sql('schema-pre.sql'), postData: sql('schema-post.sql')}, scope: {tables: ['shop.*']}},
    application,
    start: (options, ways = application) => startApplication(options, ways),
    judge: (folder, switches) => {
      const windows = Array.from({length: switches}, () => ({direction: 'forward', fromMs: 0, toMs: 0}));
      writeFileSync(join(folder, 'switches.json'), JSON.stringify(windows));
      return askOracle({folder, openUrl: urls.target, closedUrl: urls.source, sourcePort: servers.source.port, hasWitness: true});
    },
    differing: async () =>
      (await compareFilledRows([urls.source, urls.target], count)).filter(({isEqual}) => !isEqual).map(({table}) => table),
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

export const execute = (url: string, statement: string): Promise<void> =>
  withClient(url, async (client) => void (await client.query(statement)));

export function inDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
