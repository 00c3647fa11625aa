/** A sweep from MySQL to PostgreSQL: a server of each, and for each run a fresh database on either. */
import mysql from 'mysql2/promise';
import {join} from 'node:path';
import {startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import {readClientLogs} from '../../examples/demo/client-log.ts';
import {askWitness, closeWitness, openWitness} from '../../examples/demo/log-witness.ts';
import {reportOn} from '../../examples/demo/oracle.ts';
import {loginOf, type MysqlProcess, startMysql} from '../support/mysql-process.ts';
import {fetchedPrograms} from '../support/mysql-programs.ts';
import {catalogue} from './catalogue.ts';
import {startMysqlApplication} from './mysql-application.ts';
import {mysqlCatalogue} from './mysql-catalogue.ts';
import {differingTables, type RowsAt, rowsAtPostgres, shopState, writtenNonces} from './mysql-oracle.ts';
import {fillShop, shopSchema} from './mysql-shop.ts';
import {askMysqlWitness} from './mysql-witness.ts';
import {execute, inDatabase, type RunDatabases, type World} from './world.ts';

const ROWS = 500;
const PASSWORD = 'only-for-this-sweep';
/** Of the application, on both. */
const CLIENT = 'shop_app';

/** `durable`: what was acknowledged survives a kill of the server. */
export async function openMysqlWorld(durable: boolean, seed: number): Promise<World> {
  const [programs] = fetchedPrograms('mysql');
  if (!programs) throw new Error('there is no MySQL to sweep from: npm run servers:fetch');
  const settings = {fsync: durable ? 'on' : 'off', autovacuum: 'off', max_wal_size: '1GB', max_replication_slots: '40'};
  const [source, target] = await Promise.all([startMysql(programs, {}), startEmbeddedServer({version: 18, settings})]);
  await execute(target.url, `CREATE ROLE ${CLIENT} LOGIN PASSWORD '${PASSWORD}'`);
  await atMysql(source.url, (rows) => rows(`CREATE USER ${CLIENT}@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`));
  await atMysql(source.url, (rows) => rows(`GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO ${CLIENT}@'127.0.0.1'`));
  return {
    source,
    target,
    databases: (name) => freshDatabases(source, target.url, name, seed),
    [Symbol.asyncDispose]: async () => void (await Promise.all([source.stop(), target.stop()])),
  };
}

async function freshDatabases(server: MysqlProcess, targetServer: string, name: string, seed: number): Promise<RunDatabases> {
  const urls = {source: `${server.url}${name}`, target: inDatabase(targetServer, name)};
  const there = <T>(act: (rows: RowsAt) => Promise<T>): Promise<T> => atMysql(server.url, act);
  const application = {source: asClient(urls.source), target: asClient(urls.target)};
  const place = await there(async (rows) => {
    for (const statement of [`CREATE DATABASE ${name}`, ...shopSchema(name), fillShop(name, ROWS, seed)]) await rows(statement);
    const [[file, position] = []] = await rows('SHOW BINARY LOG STATUS');
    return {file: String(file), position: Number(position)};
  });
  await execute(targetServer, `CREATE DATABASE ${name}`);
  for (const what of ['TABLES', 'SEQUENCES', 'SCHEMAS'])
    await execute(urls.target, `ALTER DEFAULT PRIVILEGES GRANT ALL ON ${what} TO ${CLIENT}`);
  await openWitness(urls.target);
  const testimony = () =>
    there(async (rows) => {
      const files = (await rows('SHOW BINARY LOGS')).map(([file]) => String(file)).filter((file) => file >= place.file);
      const [[short] = []] = await rows(`SELECT migration FROM crossfade.lease WHERE name = '${name}'`);
      const source = await askMysqlWitness(join(server.folder, 'data'), place, files, String(short), name);
      return [...source, ...(await askWitness(urls.target, name))];
    });
  return {
    ...urls,
    application,
    plan: {
      source: {engine: 'mysql', url: 'env:SWEEP_SOURCE'},
      schema: {kind: 'convert'},
      scope: {tables: [`${name}.*`]},
    },
    start: (options, ways = application) => startMysqlApplication(options, ways, name),
    judge: async (folder, switches) =>
      reportOn({
        clients: readClientLogs(folder),
        windows: Array.from({length: switches}, () => ({direction: 'forward', fromMs: 0, toMs: 0})),
        actual: await shopState(rowsAtPostgres(urls.target), name),
        closedNonces: await there((rows) => writtenNonces(rows, name)),
        testimony: await testimony(),
        sourcePort: Number(new URL(server.url).port),
      }),
    differing: () => there((rows) => differingTables(rows, rowsAtPostgres(urls.target), name)),
    leftovers: async () => [
      ...(await there((rows) => mysqlCatalogue(rows, name))).map((line) => `source: ${line}`),
      ...(await catalogue(urls.target, name)).map((line) => `target: ${line}`),
    ],
    drop: async () => {
      await closeWitness(urls.target);
      await execute(targetServer, `DROP DATABASE ${name} WITH (FORCE)`);
      await there((rows) => rows(`DROP DATABASE ${name}`));
    },
  };
}

const asClient = (url: string): string => Object.assign(new URL(url), {username: CLIENT, password: PASSWORD}).href;

async function atMysql<T>(url: string, act: (rows: RowsAt) => Promise<T>): Promise<T> {
  const client = await mysql.createConnection({...loginOf(url), rowsAsArray: true, typeCast: (field) => field.string()});
  try {
    await client.query(`SET SESSION time_zone = '+00:00'`);
    return await act(async (statement) => {
      const [rows] = await client.query<mysql.RowDataPacket[][]>(statement);
      return Array.isArray(rows) ? (rows as unknown as (string | null)[][]) : [];
    });
  } finally {
    await client.end();
  }
}
