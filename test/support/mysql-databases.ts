/** A fresh database on a real MySQL or MariaDB server, with a session of the engine's own and one to write as anybody would. */
import {randomBytes} from 'node:crypto';
import mysql from 'mysql2/promise';
import type {OpenOptions} from '../../src/engine/engine.ts';
import {MySession} from '../../src/engine/mysql/mysql-session.ts';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Side} from '../../src/model/side.ts';
import {realEffects} from './effects.ts';
import type {MysqlRequest} from './mysql-members.ts';
import {loginOf} from './mysql-process.ts';
import {type MysqlServer, mysqlServer} from './mysql-servers.ts';
import {ifHad} from './servers.ts';

const VERSIONS: readonly MysqlRequest[] = [
  {flavour: 'mysql', version: '9.7'},
  {flavour: 'mariadb', version: '10.11'},
  {flavour: 'mariadb', version: '11.8'},
];

/** Who is connected, whatever signs their statements hold. */
export const PROCESSES = {mysql: 'performance_schema.processlist', mariadb: 'information_schema.processlist'} as const;

export type HadServer = {readonly title: string; readonly request: MysqlRequest; readonly server: MysqlServer | undefined};

/** Of each flavour and version that the tests are about; undefined where it could not be had, which the end of the run says. */
export const hadServers = (settings?: (request: MysqlRequest) => MysqlRequest['settings']): Promise<readonly HadServer[]> =>
  Promise.all(
    VERSIONS.map(async (version) => {
      const wanted = settings?.(version);
      const request = {...version, ...(wanted ? {settings: wanted} : {})};
      return {title: `${version.flavour} ${version.version}`, request, server: await ifHad(() => mysqlServer(request))};
    }),
  );

export type MysqlDatabase = AsyncDisposable & {
  readonly url: string;
  /** The schema's name. */
  readonly name: string;
  readonly session: MySession;
  run(...statements: readonly string[]): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
};

export async function mysqlDatabase(server: MysqlServer | undefined, name?: string): Promise<MysqlDatabase> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const url = await server.createDatabase(name);
  const client = await mysql.createConnection({...loginOf(url), rowsAsArray: true});
  const session = await MySession.open(optionsFor(url), 'test');
  const rows = async (statement: string): Promise<readonly (readonly unknown[])[]> =>
    (await client.query<mysql.RowDataPacket[][]>(statement))[0];
  return {
    url,
    name: loginOf(url).database ?? '',
    session,
    rows,
    run: async (...statements) => {
      for (const statement of statements) await client.query(statement);
    },
    [Symbol.asyncDispose]: async () => {
      await session.close();
      await client.end();
    },
  };
}

export const optionsFor = (url: string, more: Partial<OpenOptions> = {}, side: Side = 'source'): OpenOptions => ({
  url: new DatabaseUrl(url),
  side,
  migration: {id: '0198c0de-0000-7000-8000-000000000000', short: '0198c0de', name: 'test'},
  effects: realEffects(),
  ...more,
});

/** An account of this server with a password and no rights. Accounts belong to the whole server, so each has a name of its own. */
export async function newAccount(database: MysqlDatabase): Promise<{readonly name: string; readonly url: string}> {
  const [user, password] = [`mover_${randomBytes(4).toString('hex')}`, randomBytes(8).toString('hex')];
  await database.run(`CREATE USER '${user}'@'127.0.0.1' IDENTIFIED BY '${password}'`);
  const url = new URL(database.url);
  Object.assign(url, {username: user, password, pathname: '/'});
  return {name: `'${user}'@'127.0.0.1'`, url: url.href};
}
