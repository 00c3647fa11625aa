/**
 * `npm run bench:forecast -- [--rows N] [--seeds N] [--factors 4,10] [--json]`: how wrong the forecast of a rehearsal is. A source of N rows on PostgreSQL
 * 17 is rehearsed; then sources so many times larger are moved to 18 by the same plan, and each run's own report says what was forecast and what it took.
 * Nothing is asserted but that the runs arrive.
 */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {stringify} from 'yaml';
import {Crossfade} from '../examples/demo/crossfade-process.ts';
import {startEmbeddedServer} from '../examples/demo/embedded-servers.ts';
import type {ForecastReport} from '../src/report/forecast.ts';
import {databaseUrl, sqlOn} from './databases.ts';
import {type ForecastError, errorsOf, forecastTable} from './forecast-errors.ts';

const WRITES_PER_SECOND = 20;
const CUSTOMERS_PER_ORDER = 0.1;
const LOOK_MS = 500;
const RECORD = 'record.json';

const {values: flags} = parseArgs({
  options: {
    rows: {type: 'string', default: '100000'},
    seeds: {type: 'string', default: '3'},
    factors: {type: 'string', default: '4,10'},
    json: {type: 'boolean', default: false},
  },
});
const [rows, seeds, factors] = [Number(flags.rows), Number(flags.seeds), flags.factors.split(',').map(Number)];
const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);

await using ended = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), 'crossfade-forecast-'));
ended.defer(() => rmSync(folder, {recursive: true}));
const server = async (version: 17 | 18) => {
  const started = await startEmbeddedServer({version});
  ended.defer(() => started.stop());
  return started;
};
/** The real ones and those for the clones: no clone is made on a server of the plan. */
const [source, target, cloneOfSource, cloneOfTarget] = await Promise.all([server(17), server(18), server(17), server(18)]);
const errors: ForecastError[] = [];
for (let seed = 1; seed <= seeds; seed++) {
  const plan = writePlan(seed);
  await rehearse(plan, seed);
  for (const factor of factors) {
    const report = await move(plan, seed, factor);
    errors.push(...errorsOf({seed, factor, report}));
    say(`seed ${seed}, ${factor} times as much: ${errors.at(-1)?.ms} ms, and ${errors.at(-1)?.forecastMs} ms were forecast`);
  }
}
process.stdout.write(flags.json ? `${JSON.stringify({schemaVersion: 1, rows, errors})}\n` : `\n${forecastTable(errors)}\n`);

function writePlan(seed: number): string {
  const file = join(folder, `plan${seed}.yaml`);
  const plan = {
    name: `forecast-${seed}`,
    workflow: 'live-migration',
    source: {engine: 'postgres', url: 'env:REAL_SOURCE'},
    target: {engine: 'postgres', url: 'env:REAL_TARGET'},
    schema: {kind: 'catalog'},
    scope: {tables: ['shop.*']},
    gates: {
      'prepare-target': [{rehearsed: {record: RECORD, factor: 2 * Math.max(...factors)}}],
      cutover: ['replication-lag', 'checksum-match'],
    },
    switch: ['router'],
    cutover: {start: 'auto'},
    reverse: {window: '1h'},
    approval: {starterMay: true},
  };
  writeFileSync(file, stringify(plan));
  return file;
}

async function rehearse(plan: string, seed: number): Promise<void> {
  const url = await filled(seed, 1);
  const places = {
    SOURCE_CLONE: await newDatabase(cloneOfSource, `clone_${seed}`),
    TARGET_CLONE: await newDatabase(cloneOfTarget, `clone_${seed}`),
  };
  const crossfade = commandLine(`rehearsal${seed}`, {REAL_SOURCE: url, REAL_TARGET: await newDatabase(target, `idle_${seed}`), ...places});
  say(`seed ${seed}: rehearsing ${rows} orders`);
  const flagged = ['--source-clone', 'env:SOURCE_CLONE', '--target-clone', 'env:TARGET_CLONE', '--rate', String(WRITES_PER_SECOND)];
  const {code, error} = await crossfade.command('rehearse', plan, ...flagged, '--out', join(folder, RECORD), '--yes');
  if (code !== 0) throw new Error(`the rehearsal ended with ${code}: ${error.slice(-2000)}`);
  await sqlOn(source.url, `DROP DATABASE shop_${seed}_1 WITH (FORCE)`);
}

/** As far as the reverse window, under as many writes as the rehearsal had. */
async function move(plan: string, seed: number, factor: number): Promise<ForecastReport> {
  const name = `moved_${seed}_${factor}`;
  const [from, to] = [await filled(seed, factor), await newDatabase(target, name)];
  const crossfade = commandLine(name, {REAL_SOURCE: from, REAL_TARGET: to});
  say(`seed ${seed}: moving ${factor} times as much`);
  const over = new AbortController();
  const writing = writeUntil(over.signal, from, rows * factor);
  crossfade.start('run', plan);
  while ((await crossfade.status())?.waitingFor?.kind !== 'window') {
    if (!crossfade.isRunning) throw new Error(`the run ended by itself: ${crossfade.lastWords()}`);
    await sleep(LOOK_MS);
  }
  over.abort();
  await writing;
  await crossfade.stop();
  const answer = await crossfade.command('report', '--json');
  const {forecast} = JSON.parse(answer.output) as {forecast: ForecastReport | null};
  if (!forecast) throw new Error(`the run has no forecast: ${answer.error}`);
  await sqlOn(
    source.url,
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots`,
    `DROP DATABASE shop_${seed}_${factor} WITH (FORCE)`,
  );
  await sqlOn(target.url, `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots`, `DROP DATABASE ${name} WITH (FORCE)`);
  return forecast;
}

function commandLine(name: string, environment: Readonly<Record<string, string>>): Crossfade {
  const evidence = join(folder, name);
  mkdirSync(evidence);
  return new Crossfade({state: join(evidence, 'state'), evidence, environment});
}

/** Until the fence closes the source, or nobody wants it any more. */
async function writeUntil(over: AbortSignal, url: string, most: number): Promise<void> {
  for (let n = 0; !over.aborted; n++) {
    const isClosed = await sqlOn(url, `UPDATE shop.orders SET amount = amount + 1 WHERE id = ${1 + ((n * 7919) % most)}`).then(
      () => false,
      () => true,
    );
    if (isClosed) return;
    await sleep(1000 / WRITES_PER_SECOND);
  }
}

async function newDatabase(on: typeof source, name: string): Promise<string> {
  await sqlOn(on.url, `CREATE DATABASE ${name}`);
  return databaseUrl(on, name);
}

async function filled(seed: number, factor: number): Promise<string> {
  const orders = rows * factor;
  const customers = Math.ceil(orders * CUSTOMERS_PER_ORDER);
  const url = await newDatabase(source, `shop_${seed}_${factor}`);
  await sqlOn(
    url,
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.customers (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, since date NOT NULL)',
    'CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer bigint NOT NULL REFERENCES shop.customers, amount numeric(12,2) NOT NULL, placed_at timestamptz NOT NULL, note text)',
    'CREATE INDEX ON shop.orders (customer, placed_at)',
    `SELECT setseed(${seed / 100})`,
    `INSERT INTO shop.customers SELECT i, 'Customer ' || md5(random()::text), 'mail' || i || '@shop.example', '2020-01-01'::date + (i % 2000)::int FROM generate_series(1, ${customers}) i`,
    `INSERT INTO shop.orders SELECT i, 1 + (random() * ${customers - 1})::bigint, random() * 1000, '2026-01-01'::timestamptz + i * interval '1 second',
       CASE WHEN random() < 0.7 THEN repeat(md5(random()::text), 1 + (random() * 6)::int) END FROM generate_series(1, ${orders}) i`,
    'VACUUM (ANALYZE) shop.customers, shop.orders',
    'CHECKPOINT',
  );
  return url;
}
