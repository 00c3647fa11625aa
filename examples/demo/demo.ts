/**
 * `npm run demo`: moves a shop from PostgreSQL 17 to 18 while an application writes to it, back, and forward again,
 * kills the runner once on the way, and lets an oracle that shares no code with the migration judge the result.
 * Needs nothing but what `npm ci` brought. With `--from` or `--schema` it moves another database (own-database.ts). Ends with 1 when data are lost, doubled, changed, or not proven equal.
 */
import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {demoOfOwnDatabase} from './own-database.ts';
import {type Application, startApplication} from './application-process.ts';
import {chance} from './chance.ts';
import {Crossfade} from './crossfade-process.ts';
import {type DemoFlags, parseFlags, singleRun, USAGE, WrongFlag} from './demo-flags.ts';
import {type Progress, progress} from './demo-progress.ts';
import {type DemoResult, isGood, jsonLine, reportText} from './demo-report.ts';
import {type EmbeddedServer, startEmbeddedServer} from './embedded-servers.ts';
import type {Counts} from './fill.ts';
import {compareFilledRows} from './fill-checksum.ts';
import {complete, letRun, type Operator, plug, switchTo} from './operator.ts';
import {askOracle} from './oracle.ts';
import {repeated} from './repeated.ts';
import {sabotage} from './sabotage.ts';
import {applicationUrl, buildShop, createShopDatabase} from './shop-database.ts';
import type {SwitchWindow} from './stalls.ts';

/** The `name` of plans/demo.yaml. */
const PLAN = 'demo';
/** Writes on the new side before the way back is taken. */
const STAY_MS = 3000;

type Side = {readonly server: EmbeddedServer; readonly url: string; readonly applicationUrl: string};
type Sides = {readonly source: Side; readonly target: Side};

await main();

async function main(): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped by Ctrl-C')));
  process.once('SIGTERM', () => stop.abort(new Error('stopped')));
  try {
    const flags = parseFlags(process.argv.slice(2));
    process.exitCode = await demoOf(flags, stop.signal);
  } catch (error) {
    process.exitCode = error instanceof WrongFlag ? 2 : 1;
    process.stderr.write(`${wordsOf(error)}\n${error instanceof WrongFlag ? `${USAGE}\n` : ''}`);
  }
}

function demoOf(flags: DemoFlags, signal: AbortSignal): Promise<number> {
  if (flags.runs > 1) return repeated(flags.runs, singleRun(process.argv.slice(2)), flags.json);
  return (flags.from ?? flags.schema) ? demoOfOwnDatabase(flags, signal) : demo(flags, signal);
}

/** What went wrong first stands first; what failed while tidying up after it follows. */
function wordsOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${wordsOf(error.suppressed)}\n  and then: ${wordsOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

async function demo(flags: DemoFlags, signal: AbortSignal): Promise<number> {
  const beganAtMs = performance.now();
  const shown = progress(process.stderr, beganAtMs);
  await using closing = new AsyncDisposableStack();
  const evidence = mkdtempSync(join(tmpdir(), 'crossfade-demo-'));
  shown.say(`seed ${flags.seed}; evidence in ${evidence}`);
  const sides = await startSides(closing, shown);
  const count = await buildShop(sides.source.url, flags);
  shown.say(
    `the shop has ${Object.values(count)
      .reduce((sum, rows) => sum + rows, 0)
      .toLocaleString('en')} rows`,
  );
  const {completed, ...record} = await migrate(flags, sides, evidence, shown, signal);
  if (flags.sabotage) await sabotage(flags.sabotage, sides.target.url);
  if (flags.sabotage) shown.say(`sabotage on the open side: ${flags.sabotage}`);
  const judged = await judge(sides, evidence, count);
  const seconds = Math.round((performance.now() - beganAtMs) / 100) / 10;
  const result: DemoResult = {...judged, ...record, completed, seconds, seed: flags.seed, evidence};
  tell(result, flags.json);
  if (flags.keep) await untilStopped(sides, signal);
  return isGood(result) ? 0 : 1;
}

async function startSides(closing: AsyncDisposableStack, shown: Progress): Promise<Sides> {
  const [source, target] = await Promise.all([startSide(17, closing), startSide(18, closing)]);
  shown.say(`PostgreSQL 17 on port ${source.server.port}, PostgreSQL 18 on port ${target.server.port}`);
  return {source, target};
}

async function startSide(version: 17 | 18, closing: AsyncDisposableStack): Promise<Side> {
  const server = await startEmbeddedServer({version});
  closing.defer(() => server.stop());
  const password = randomBytes(12).toString('hex');
  const url = await createShopDatabase(server.url, password);
  return {server, url, applicationUrl: applicationUrl(url, password)};
}

/** The application writes from before the migration begins until after it has ended. */
async function migrate(flags: DemoFlags, sides: Sides, evidence: string, shown: Progress, signal: AbortSignal) {
  await using closing = new AsyncDisposableStack();
  const {clients, tps, seed} = flags;
  const addresses = {source: sides.source.applicationUrl, target: sides.target.applicationUrl};
  const application = await startApplication({folder: evidence, migration: PLAN, clients, tps, seed}, addresses);
  closing.defer(() => application.stop());
  shown.say(`an application of ${clients} clients writes, ${tps} transactions a second`);
  const crossfade = startCrossfade(sides, evidence);
  closing.defer(() => crossfade.stop());
  const operator = newOperator(crossfade, application, flags, shown, signal);
  const switches = await forwardBackForward(operator, evidence);
  await complete(operator);
  shown.end();
  shown.say(`completed after ${switches.length} switches`);
  return {...(await readRecord(crossfade)), completed: true};
}

function startCrossfade(sides: Sides, evidence: string): Crossfade {
  const state = join(evidence, 'state');
  mkdirSync(state);
  const environment = {
    CROSSFADE_DEMO_SOURCE: sides.source.url,
    CROSSFADE_DEMO_TARGET: sides.target.url,
    CROSSFADE_DEMO_APP_SOURCE: sides.source.applicationUrl,
    CROSSFADE_DEMO_APP_TARGET: sides.target.applicationUrl,
  };
  const crossfade = new Crossfade({state, evidence, environment});
  crossfade.start('run', 'plans/demo.yaml');
  return crossfade;
}

function newOperator(crossfade: Crossfade, application: Application, {seed}: DemoFlags, shown: Progress, signal: AbortSignal): Operator {
  return {
    crossfade,
    plan: PLAN,
    plug: plug(chance(seed)),
    say: shown.say,
    show: (status) => shown.show(status, application.report()),
    signal,
  };
}

async function forwardBackForward(operator: Operator, evidence: string): Promise<SwitchWindow[]> {
  const switches: SwitchWindow[] = [];
  for (const side of ['target', 'source', 'target'] as const) {
    switches.push(await switchTo(operator, side));
    // Written each time, so that the oracle can be asked about a run that was stopped.
    writeFileSync(join(evidence, 'switches.json'), JSON.stringify(switches));
    operator.say(`the ${side} takes the writes`);
    await letRun(operator, STAY_MS);
  }
  return switches;
}

/** Read from the journal, as `crossfade events` prints it. */
async function readRecord(crossfade: Crossfade): Promise<Pick<DemoResult, 'verifications' | 'canaries'>> {
  const {output} = await crossfade.command('events', '--json');
  const ended = output.split('\n').flatMap((line) => {
    const {fact}: Recorded = line.startsWith('{') ? (JSON.parse(line) as Recorded) : {};
    return fact?.type === 'phase-ended' ? [fact] : [];
  });
  return {
    verifications: ended.filter(({evidence}) => evidence?.verification?.equal === true).length,
    canaries: ended.flatMap(({outcome, evidence}) => (outcome === 'done' && evidence?.canary ? [evidence.canary] : [])),
  };
}

type Recorded = {
  readonly fact?: {
    readonly type: string;
    readonly outcome?: string;
    readonly evidence?: {readonly verification?: {readonly equal?: boolean}; readonly canary?: DemoResult['canaries'][number]};
  };
};

async function judge({source, target}: Sides, evidence: string, count: Counts): Promise<Pick<DemoResult, 'oracle' | 'checksums'>> {
  const question = {folder: evidence, openUrl: target.url, closedUrl: source.url, sourcePort: source.server.port};
  const checksums = await compareFilledRows([source.url, target.url], count);
  return {oracle: await askOracle(question), checksums};
}

function tell(result: DemoResult, json: boolean): void {
  process.stderr.write(`${reportText(result)}\n`);
  if (json) process.stdout.write(`${jsonLine(result)}\n`);
}

async function untilStopped({source, target}: Sides, signal: AbortSignal): Promise<void> {
  process.stderr.write(`Both servers keep running until Ctrl-C:\n  ${source.url}\n  ${target.url}\n`);
  const keepAlive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}));
  clearInterval(keepAlive);
}
