/**
 * `npm run bench:router -- [--rounds N] [--statements N] [--json]`: how long an application waits for one statement through `crossfade/router`
 * in each of its modes, beside the bare driver, on two servers that it starts itself. One statement after the other; the ways
 * take turns in each round, a ratio is that of one round, and what is shown are medians over the rounds. PostgreSQL's own
 * replication brings rows and tokens to the target. The numbers are of this machine and this moment, and nothing is asserted.
 */
import {parseArgs} from 'node:util';
import {databaseUrl, Servers, sqlOn, TABLE} from './databases.ts';
import {inTurns, median} from './measurement.ts';
import {bareDriver, MODES, OUTBOX, routed, type Sender} from './router-modes.ts';

const ROWS = 10_000;
const WARM_UP = 100;
/** Statements of one way before it is the next one's turn. */
const TURN = 20;
const CASES = ['write', 'transaction', 'read'] as const;
type Case = (typeof CASES)[number];
/** Per round, in milliseconds. */
type Figures = {readonly p50: number[]; readonly p99: number[]};

const {values: flags} = parseArgs({
  options: {
    rounds: {type: 'string', default: '15'},
    statements: {type: 'string', default: '1000'},
    json: {type: 'boolean', default: false},
  },
});
const [rounds, statements] = [Number(flags.rounds), Number(flags.statements)];

const servers = await Servers.start();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void servers.stop().then(() => process.exit(1)));
try {
  const senders = await open();
  const rows = [];
  for (const what of CASES)
    rows.push(
      ...summary(
        what,
        await measure(
          what,
          senders.filter((sender) => isMeasured(what, sender)),
        ),
      ),
    );
  const servedByTarget = Object.fromEntries(senders.map((sender) => [sender.name, sender.served()]));
  if (flags.json) process.stdout.write(`${JSON.stringify({schemaVersion: 1, rounds, statements, rows, servedByTarget})}\n`);
  else process.stdout.write(`${table(rows)}\n\nreads answered by the target: ${JSON.stringify(servedByTarget)}\n`);
  for (const sender of senders) await sender.close();
} finally {
  await servers.stop();
}

async function open(): Promise<readonly Sender[]> {
  await sqlOn(servers.source.url, 'CREATE DATABASE shop');
  const addresses = {source: databaseUrl(servers.source, 'shop'), target: await servers.newTarget('shop')};
  const fill = `INSERT INTO item SELECT i, i % 997, i / 7.0, '2026-01-01', true, repeat(md5(i::text), 4) FROM generate_series(1, ${ROWS}) i`;
  await sqlOn(addresses.source, TABLE, OUTBOX, fill, 'VACUUM (ANALYZE) item', 'CREATE PUBLICATION bench FOR TABLE item, outbox');
  await sqlOn(addresses.target, OUTBOX, `CREATE SUBSCRIPTION bench CONNECTION '${addresses.source}' PUBLICATION bench`);
  const senders = [bareDriver(addresses)];
  for (const [place, mode] of MODES.entries()) senders.push(await routed(addresses, mode, place));
  return senders;
}

/** Writes are the same in every mode that asks for tokens. */
function isMeasured(what: Case, {name}: Sender): boolean {
  return what === 'read' || ['pg', 'source', 'tokens'].includes(name);
}

async function measure(what: Case, senders: readonly Sender[]): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>(senders.map(({name}) => [name, {p50: [], p99: []}]));
  for (const sender of senders) await timesOf(sender[what], WARM_UP);
  for (let round = 0; round < rounds; round++)
    for (const [name, times] of await roundOf(what, senders)) {
      const sorted = times.toSorted((a, b) => a - b);
      figures.get(name)?.p50.push(sorted[Math.floor(0.5 * sorted.length)] ?? NaN);
      figures.get(name)?.p99.push(sorted[Math.floor(0.99 * sorted.length)] ?? NaN);
    }
  return figures;
}

/** What a comparison does beside the application meets the first statements of the next one's turn only. */
async function roundOf(what: Case, senders: readonly Sender[]): Promise<ReadonlyMap<string, number[]>> {
  const times = new Map(senders.map(({name}) => [name, [] as number[]]));
  const ways = senders.map(({name, [what]: send}) => ({
    name,
    run: async () => times.get(name)?.push(...(await timesOf(send, TURN))) ?? 0,
  }));
  for (let turn = 0; turn * TURN < statements; turn++) await inTurns(ways, turn, {});
  return times;
}

async function timesOf(send: (id: number) => Promise<unknown>, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const id = Math.floor(Math.random() * ROWS);
    const began = performance.now();
    await send(id);
    times.push(performance.now() - began);
  }
  return times;
}

type Row = {
  readonly what: Case;
  readonly way: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ratio50: number;
  readonly ratio99: number;
};

function summary(what: Case, figures: ReadonlyMap<string, Figures>): readonly Row[] {
  const bare = figures.get('pg');
  const ratio = (own: readonly number[], other: readonly number[] = []): number =>
    median(own.map((ms, round) => ms / (other[round] ?? NaN)));
  return [...figures].map(([way, {p50, p99}]) => ({
    what,
    way,
    p50Ms: median(p50),
    p99Ms: median(p99),
    ratio50: ratio(p50, bare?.p50),
    ratio99: ratio(p99, bare?.p99),
  }));
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({what, way, p50Ms, p99Ms, ratio50, ratio99}) =>
      `| ${what} | ${way} | ${p50Ms.toFixed(2)} ms | ${p99Ms.toFixed(2)} ms | ${ratio50.toFixed(2)} | ${ratio99.toFixed(2)} |`,
  );
  return ['| statement | through | p50 | p99 | p50 beside pg | p99 beside pg |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
