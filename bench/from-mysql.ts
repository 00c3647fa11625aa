/**
 * `npm run bench:mysql -- [--rows N] [--rounds N] [--json]`: one table from MariaDB into PostgreSQL 18, schema and rows, by Crossfade and by
 * pgloader in turns, and by Crossfade from MySQL, which pgloader 3.6 cannot log in to. The servers are `npm run servers:fetch`'s. Nothing is
 * asserted but that all rows have arrived; compare within one run only.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import mysql from 'mysql2/promise';
import {startEmbeddedServer} from '../examples/demo/embedded-servers.ts';
import {loginOf, type MysqlProcess, startMysql} from '../test/support/mysql-process.ts';
import {fetchedPrograms} from '../test/support/mysql-programs.ts';
import {benchPlan, runUntil} from './crossfade-run.ts';
import {databaseUrl, sqlOn} from './databases.ts';
import {inTurns, type Measured, seconds, tableOf, type Way} from './measurement.ts';
import {versionOf} from './programs.ts';

const SCHEMA = 'bench';
const TABLE = `CREATE TABLE item (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, amount decimal(12,2) NOT NULL, placed_at datetime(6) NOT NULL,
  is_open tinyint(1) NOT NULL, code char(36) NOT NULL, note text NOT NULL, comment varchar(200), rating double, born date, weight int unsigned)`;
const SEED = 1000;
const ROW = `i % 9973, (i % 100000) / 7.0, date_add('2026-01-01', interval i second), i % 3 = 0, concat(lpad(i, 8, '0'), '-0000-4000-8000-000000000000'),
  repeat(concat('täglich ', i, ' '), 8), if(i % 4, concat('comment ', i), NULL), i / 7, date_add('1950-01-01', interval i % 20000 day), i % 4000000000`;

const {values: flags} = parseArgs({
  options: {rows: {type: 'string', default: '1000000'}, rounds: {type: 'string', default: '3'}, json: {type: 'boolean', default: false}},
});
const [rows, rounds] = [Number(flags.rows), Number(flags.rounds)];
const pgloader = versionOf('pgloader');
const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);

await using servers = new AsyncDisposableStack();
const target = await startEmbeddedServer({version: 18, settings: {shared_buffers: '1GB', max_wal_size: '8GB'}});
servers.defer(() => target.stop());
const sources = {mariadb: await filled('mariadb'), mysql: await filled('mysql')};
type Times = Record<'mariadb' | 'mysql', Record<string, number[]>>;
const times: Times = {mariadb: {}, mysql: {}};
const compared: Times = {mariadb: {}, mysql: {}};
for (let round = 0; round < rounds; round++) {
  const ways = [
    crossfade(sources.mariadb, `crossfade_mariadb${round}`),
    ...(pgloader === undefined ? [] : [loader(sources.mariadb, `pgloader${round}`)]),
  ];
  await inTurns(ways, round, times.mariadb);
  await inTurns([crossfade(sources.mysql, `crossfade_mysql${round}`)], round, times.mysql);
  say(`round ${round + 1} of ${rounds}`);
}
const measured: Measured[] = (['mariadb', 'mysql'] as const).flatMap((from) => [
  {what: `${rows} rows from ${from} ${sources[from].version}`, unit: 's', ways: times[from]},
  {what: `the same compared`, unit: 's', ways: compared[from]},
]);
const missing = pgloader === undefined ? ['pgloader is not installed, so there is no line for it'] : [];
if (flags.json) process.stdout.write(`${JSON.stringify({schemaVersion: 1, rows, pgloader, missing, measured})}\n`);
else process.stdout.write(`\n${tableOf(measured)}\n\n${[...missing, `pgloader: ${pgloader ?? 'none'}`].join('\n')}\n`);

async function filled(flavour: 'mysql' | 'mariadb'): Promise<MysqlProcess> {
  const [programs] = fetchedPrograms(flavour);
  if (!programs) throw new Error(`there is no ${flavour} to load from: npm run servers:fetch`);
  const server = await startMysql(programs, {'innodb-buffer-pool-size': '1G'});
  servers.defer(() => server.stop());
  say(`filling ${rows.toLocaleString('en')} rows of ${flavour} ${server.version}`);
  const client = await mysql.createConnection(loginOf(server.url));
  await client.query(`CREATE DATABASE ${SCHEMA} CHARACTER SET utf8mb4`);
  await client.query(`USE ${SCHEMA}`);
  await client.query(TABLE);
  const columns = 'customer, amount, placed_at, is_open, code, note, comment, rating, born, weight';
  const numbers = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${SEED})`;
  for (let from = 0; from < rows; from += SEED * 100)
    await client.query(
      `INSERT INTO item (${columns}) ${numbers} SELECT ${ROW} FROM (SELECT a.i + (b.i - 1) * ${SEED} + ${from} AS i FROM n a JOIN n b ON b.i <= 100) AS all_of_them WHERE i <= ${rows}`,
    );
  await client.query('ANALYZE TABLE item');
  await client.end();
  return server;
}

/** From an empty database to the end of the copy: tables, streams and rows. */
function crossfade(source: MysqlProcess, name: string): Way {
  return {
    name: 'crossfade',
    run: async () => {
      const url = await newTarget(name);
      const {plan, ...pinned} = benchPlan(name.replaceAll('_', '-'), `${source.url}${SCHEMA}`, url, false);
      const engine = new URL(source.url).protocol.slice(0, -1);
      const run = await runUntil('cutover', {
        ...pinned,
        plan: {...plan, source: {...plan.source, engine}, schema: {kind: 'convert'}, scope: {tables: [`${SCHEMA}.*`], exclude: []}},
      });
      await run.close();
      await arrived(url);
      (compared[engine as keyof Times]['crossfade'] ??= []).push(run.phaseSeconds('verify-data'));
      return run.phaseSeconds('prepare-target') + run.phaseSeconds('initial-load');
    },
  };
}

/** As its manual has it: tables, rows, indexes, sequences. */
function loader(source: MysqlProcess, name: string): Way {
  return {
    name: 'pgloader',
    run: async () => {
      const url = await newTarget(name);
      const folder = mkdtempSync(join(tmpdir(), 'pgloader-'));
      const file = join(folder, 'bench.load');
      const from = `${source.url.replace('mariadb:', 'mysql:')}${SCHEMA}`;
      writeFileSync(
        file,
        `LOAD DATABASE FROM ${from} INTO ${url.replace('postgres:', 'postgresql:')} WITH create tables, create indexes, reset sequences, prefetch rows = 10000;\n`,
      );
      const took = await seconds(async () => {
        const {status, stdout, stderr} = spawnSync('pgloader', ['--root-dir', folder, file], {encoding: 'utf8'});
        if (status !== 0) throw new Error(`pgloader ended with ${status}: ${`${stdout}${stderr}`.slice(-2000)}`);
      });
      rmSync(folder, {recursive: true});
      await arrived(url);
      return took;
    },
  };
}

async function newTarget(name: string): Promise<string> {
  await sqlOn(target.url, `CREATE DATABASE ${name}`);
  return databaseUrl(target, name);
}

async function arrived(url: string): Promise<void> {
  const [found] = await sqlOn(url, `SELECT count(*)::int AS n FROM ${SCHEMA}.item`);
  if (found?.['n'] !== rows) throw new Error(`${String(found?.['n'])} rows of ${rows} have arrived`);
}
