/** From MySQL to PostgreSQL: nothing stands before the servers, and clients that are refused on one side try the other. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import mysql from 'mysql2/promise';
import {startEmbeddedServer} from '../examples/demo/embedded-servers.ts';
import {loginOf, startMysql} from '../test/support/mysql-process.ts';
import {fetchedPrograms} from '../test/support/mysql-programs.ts';
import {databaseUrl, sqlOn} from './databases.ts';
import type {RelayServers} from './stall-kafka.ts';
import {type Moved, Runner, SLOTS, writePlanOf} from './stall-servers.ts';
import {startWriters} from './writers-process.ts';

const DATABASE = 'stall';

const schemaOf = (tables: number): string[] => [
  'CREATE TABLE slot (client int, slot int, writes int NOT NULL, last int NOT NULL, PRIMARY KEY (client, slot))',
  'CREATE TABLE entry (id bigint AUTO_INCREMENT PRIMARY KEY, client int NOT NULL, seq int NOT NULL)',
  ...Array.from({length: Math.max(0, tables - 2)}, (_, n) => `CREATE TABLE quiet_${n} (id bigint AUTO_INCREMENT PRIMARY KEY, note text)`),
];
const fillFor = (clients: number): string =>
  `INSERT INTO slot WITH RECURSIVE c AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM c WHERE n < ${clients - 1}), s AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM s WHERE n < ${SLOTS - 1}) SELECT c.n, s.n, 0, 0 FROM c, s`;

export async function startMysqlStall(tables: number, clients: number, relay: RelayServers): Promise<Moved> {
  const [programs] = fetchedPrograms('mysql');
  if (!programs) throw new Error('there is no MySQL to move from: npm run servers:fetch');
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-stall-'));
  const server = await startMysql(programs, {'innodb-buffer-pool-size': '256M'});
  const targetServer = await startEmbeddedServer({version: 18, settings: {shared_buffers: '256MB'}});
  const [source, target] = [`${server.url}${DATABASE}`, databaseUrl(targetServer, DATABASE)];
  const client = await mysql.createConnection({...loginOf(server.url), multipleStatements: true});
  await client.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4; USE ${DATABASE}`);
  for (const statement of [...schemaOf(tables), fillFor(clients)]) await client.query(statement);
  await sqlOn(targetServer.url, `CREATE DATABASE ${DATABASE}`);
  return {
    folder,
    startWriters: (logs, count, rate) => startWriters({urls: [source, target], clients: count, rate, folder: logs, slots: SLOTS}),
    async forget() {
      await client.query('UPDATE slot SET writes = 0, last = 0');
      await client.query('TRUNCATE entry');
    },
    writePlan: () =>
      writePlanOf(folder, {
        source: {engine: 'mysql', url: 'env:STALL_SOURCE'},
        schema: {kind: 'convert'},
        relay: relay.plan,
        switch: ['router'],
      }),
    startRunner: (checkout, plan, state) =>
      new Runner(
        join(checkout, 'src/cli/main.ts'),
        ['run', plan, '--state', state],
        {STALL_SOURCE: source, STALL_TARGET: target},
        join(folder, 'runner.log'),
      ),
    ask: async (statement) => (await client.query<mysql.RowDataPacket[]>(statement))[0],
    async stop() {
      await client.end();
      await relay.stop();
      await Promise.all([server.stop(), targetServer.stop()]);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
