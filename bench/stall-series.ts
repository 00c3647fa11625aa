/**
 * `npm run bench:stall -- [--cutovers N] [--rate R] [--clients C] [--tables T] [--json]`: one migration, moved forth and
 * back N times through a real PgBouncer while its application writes, in turns with a bare PAUSE and RESUME; what the
 * clients waited, by their own logs, and what each step of the cutover took of it, by the journal. `--fence`: a few
 * cutovers each with 10, 100 and 1,000 tables. `--kafka`: the same series twice, without a relay and through Debezium and Kafka. `--mysql`: from MySQL, with no pooler and
 * clients that try the other side when one refuses them. `--checkout FOLDER`: another checkout's crossfade is measured.
 * The numbers are of this machine and this moment. Ends with 1 where a write failed or is lost, or the stall is beyond its limits.
 */
import {fileURLToPath} from 'node:url';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {moves, missing, readLogs, failures, waitsIn, waitsOutside} from './stall-log.ts';
import {RELAYS} from './stall-kafka.ts';
import {series, type Series} from './stall-run.ts';
import {type Moved, StallServers} from './stall-servers.ts';
import {startMysqlStall} from './stall-mysql.ts';
import {figuresOf, type Line, stepLines, textOf} from './stall-table.ts';

/** Asked for when the machine sustains enough; else this part of what it does without us. */
const RATE = 2000;
const RATE_PART = 0.6;
const SUSTAINED_MS = 5000;
const FENCE_TABLES = [10, 100, 1000];
const FENCE_CUTOVERS = 5;
/** What a stall may be at most (milliseconds), as hazards and plans have it. */
const LIMITS = {p99: 1500, max: 5000};

const {values: flags} = parseArgs({
  options: {
    cutovers: {type: 'string', default: '100'},
    rate: {type: 'string'},
    clients: {type: 'string', default: '16'},
    tables: {type: 'string', default: '2'},
    checkout: {type: 'string', default: fileURLToPath(new URL('..', import.meta.url))},
    fence: {type: 'boolean', default: false},
    kafka: {type: 'boolean', default: false},
    mysql: {type: 'boolean', default: false},
    json: {type: 'boolean', default: false},
  },
});
const clients = Number(flags.clients);
const say = (text: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);

const asked = flags.fence
  ? FENCE_TABLES.map((tables) => ({tables, cutovers: FENCE_CUTOVERS}))
  : [{tables: Number(flags.tables), cutovers: Number(flags.cutovers)}];
const measured: Report[] = [];
for (const relay of flags.kafka ? (['in-process', 'kafka'] as const) : (['in-process'] as const))
  for (const {tables, cutovers} of asked) measured.push(await measure(tables, cutovers, relay));
if (flags.json) process.stdout.write(`${JSON.stringify({schemaVersion: 1, measured})}\n`);
if (measured.some(({isGood}) => !isGood)) process.exitCode = 1;

type Report = {
  readonly relay: keyof typeof RELAYS;
  readonly tables: number;
  readonly clients: number;
  /** Writes per second, of all clients: what was asked for, and what there was without us. */
  readonly rate: number;
  readonly sustained: number;
  readonly decided: number;
  readonly calledOff: readonly string[];
  readonly writes: number;
  readonly failed: readonly string[];
  readonly lost: number;
  readonly twice: number;
  readonly lines: readonly Line[];
  readonly isGood: boolean;
};

async function measure(tables: number, cutovers: number, relay: keyof typeof RELAYS): Promise<Report> {
  const start = flags.mysql ? startMysqlStall : StallServers.start;
  const servers = await start(tables, clients, await RELAYS[relay]());
  const stop = () => void servers.stop().then(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const sustained = await sustainedBy(servers);
    const rate = flags.rate ? Number(flags.rate) : Math.round(Math.min(RATE, sustained * RATE_PART));
    say(`${relay}, ${tables} tables; without us the machine sustains ${sustained} writes/s; ${clients} clients write ${rate}/s`);
    const ran = await series({servers, checkout: flags.checkout, cutovers, clients, rate, say});
    const report = await reportOf(servers, ran, {relay, tables, clients, rate, sustained});
    if (!flags.json) print(report);
    return report;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    await servers.stop();
  }
}

async function sustainedBy(servers: Moved): Promise<number> {
  const folder = join(servers.folder, 'sustained');
  const stop = await servers.startWriters(folder, clients, 0);
  await new Promise((resolve) => setTimeout(resolve, SUSTAINED_MS));
  await stop();
  await servers.forget();
  return Math.round((1000 * readLogs(folder).flat().length) / SUSTAINED_MS);
}

async function reportOf(servers: Moved, ran: Series, facts: Pick<Report, 'relay' | 'tables' | 'clients' | 'rate' | 'sustained'>) {
  const log = readLogs(ran.logFolder);
  const decided = ran.attempts.filter(({isDecided}) => isDecided);
  const off = ran.attempts.filter(({isDecided}) => !isDecided);
  const longest = ran.attempts.map((attempt) => ({attempt, ms: Math.max(...waitsIn(log, attempt.held))}));
  const of = (direction: string) => longest.flatMap(({attempt, ms}) => (attempt.isDecided && attempt.direction === direction ? ms : []));
  const stall = figuresOf(longest.map(({ms}) => ms));
  const calledOff = longest.flatMap(({attempt, ms}) =>
    attempt.isDecided ? [] : `${attempt.direction}, ${ms.toFixed(0)} ms: ${attempt.reason}`,
  );
  const lines = [
    {what: 'longest wait of a client, forth', ...figuresOf(of('forward'))},
    {what: 'longest wait of a client, back', ...figuresOf(of('reverse'))},
    {what: 'the same of a PAUSE and RESUME', ...figuresOf(ran.controls.map((window) => Math.max(...waitsIn(log, window))))},
    {what: 'each client, cutovers', ...figuresOf(decided.flatMap(({held}) => waitsIn(log, held)))},
    {what: 'each client, PAUSE and RESUME', ...figuresOf(ran.controls.flatMap((window) => waitsIn(log, window)))},
    {what: 'each write, everyday', ...figuresOf(waitsOutside(log, [...ran.attempts.map(({held}) => held), ...ran.controls]))},
    {what: 'rows compared in the hold (rows)', ...figuresOf(decided.map(({rowsCompared}) => rowsCompared))},
    ...stepLines(decided),
  ].filter(({n}) => n > 0);
  const failed = failures(log).map(({outcome, error}) => `${outcome}: ${error}`);
  const {lost, twice} = await missing(log, servers.ask);
  const strayed = moves(log).filter((times) => times !== decided.length).length;
  if (strayed) failed.push(`${strayed} clients did not move exactly ${decided.length} times`);
  return {
    ...facts,
    decided: decided.length,
    calledOff,
    writes: log.flat().length,
    failed,
    lost,
    twice,
    lines,
    isGood: failed.length + lost + twice === 0 && stall.p99 <= LIMITS.p99 && stall.max <= LIMITS.max && off.length < decided.length,
  } satisfies Report;
}

function print({lines, decided, calledOff, writes, failed, lost, twice, isGood}: Report): void {
  const told = [
    textOf(lines),
    '',
    `${decided} cutovers, ${calledOff.length} called off; ${writes} writes, ${failed.length} failed, ${lost} lost, ${twice} twice`,
    ...calledOff.map((reason) => `  called off ${reason}`),
    ...[...new Set(failed)].slice(0, 5).map((reason) => `  ${reason}`),
    `required: p99 at most ${LIMITS.p99} ms, longest ${LIMITS.max} ms, none failed, none lost: ${isGood ? 'kept' : 'NOT KEPT'}`,
  ];
  process.stdout.write(`\n${told.join('\n')}\n`);
}
