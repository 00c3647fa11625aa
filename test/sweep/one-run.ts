/** One migration with one accident, or two, from fresh databases to the oracle's verdict. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Application} from '../../examples/demo/application-process.ts';
import type {ApplicationOptions} from '../../examples/demo/application.ts';
import {isClean} from '../../examples/demo/oracle.ts';
import {killsServer, killWatchdogs, untilWatchdogsLeft} from './accident.ts';
import {Journey, type Road, switchesOf, type Ways} from './journey.ts';
import type {Passed, Scene} from './point.ts';
import {type Blow, recordFrom, strike, type Struck} from './strike.ts';
import {fileOf} from './trap-effects.ts';
import {until} from './until.ts';
import type {RunDatabases, World} from './world.ts';

/** `second` befalls the runner that resumes after the first. */
export type RunRequest = {
  readonly road: Road;
  /** Without one, the run is recorded. */
  readonly first?: Blow;
  readonly second?: Blow;
  readonly seed: number;
  /** As the recorded run left the databases; undefined for that run itself. */
  readonly leftovers: readonly string[] | undefined;
  /** Of a recorded run; `plain` when absent. */
  readonly scene?: Scene;
  /** What stands around it, and may befall it instead of an accident at a point. */
  readonly prepare?: (databases: RunDatabases, name: string) => Promise<Mishap>;
};

export type Mishap = {
  readonly ways: Ways;
  /** The pair's own, with straight ways to both databases, when absent. */
  readonly start?: (options: ApplicationOptions) => Promise<Application>;
  /** Starts the first runner. `acknowledged` is what the application was told so far. Answers as `strike` does. Absent: the run is recorded. */
  readonly befall?: (journey: Journey, acknowledged: () => number) => Promise<Struck>;
  end(): Promise<void>;
};

export type RunResult = {
  /** Good as well: `missed`, when the migration did not come to the point; `late`, when it was struck after that visit. */
  readonly outcome: 'good' | 'bad' | 'missed' | 'late';
  readonly words: readonly string[];
  readonly ms: number;
  readonly crashes: number;
  readonly cutovers: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly longestGapMs: number;
  readonly leftovers: readonly string[];
  readonly trace: readonly Passed[];
  /** Kept when the run was bad. */
  readonly folder: string;
};

let runs = 0;

export async function oneRun(world: World, request: RunRequest): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-sweep-'));
  const name = `sweep${process.pid}n${(runs += 1)}`;
  const began = performance.now();
  const databases = await world.databases(name);
  const mishap = await request.prepare?.(databases, name);
  const journey = new Journey(folder, name, databases, request.road, mishap?.ways);
  const result = await live(world, request, journey, databases, name, mishap).catch((error: unknown) => failed(error, folder));
  await journey.end();
  await mishap?.end();
  killWatchdogs(folder); // of a run that did not come to its end; else there is none
  const dropped = await databases.drop().then(
    () => result,
    (error: unknown) => failed(error, folder, result.words),
  );
  if (dropped.outcome !== 'bad') rmSync(folder, {recursive: true});
  return {...dropped, ms: Math.round(performance.now() - began)};
}

const failed = (error: unknown, folder: string, before: readonly string[] = []): Omit<RunResult, 'ms'> => ({
  ...NOTHING,
  words: [...before, error instanceof Error ? error.message : String(error)],
  folder,
});

const NOTHING = {
  outcome: 'bad',
  crashes: 0,
  cutovers: 0,
  acknowledged: 0,
  lost: 0,
  duplicated: 0,
  longestGapMs: 0,
  leftovers: [],
  trace: [],
} as const;

async function live(
  world: World,
  request: RunRequest,
  journey: Journey,
  databases: RunDatabases,
  name: string,
  mishap: Mishap | undefined,
): Promise<Omit<RunResult, 'ms'>> {
  const {folder} = journey;
  const options = {folder, migration: name, clients: 4, tps: 60, seed: request.seed};
  const starting = mishap?.start?.(options) ?? databases.start(options);
  starting.catch(() => undefined); // awaited below
  const struck: Struck[] = [];
  try {
    // It is the migration that has to survive a server that dies while somebody begins.
    if ([request.first, request.second].some(killsServer)) await starting;
    if (mishap?.befall) struck.push(await mishap.befall(journey, acknowledgedBy(await starting)));
    else if (!request.first) await recordFrom(journey, request.scene ?? 'plain');
    for (const blow of [request.first, request.second]) if (blow) struck.push(await strike(world, journey, blow));
    await journey.finish();
    await untilServed(acknowledgedBy(await starting));
  } finally {
    await (await starting).stop();
  }
  await untilWatchdogsLeft(folder);
  const report = await databases.judge(folder, switchesOf(request.road));
  const leftovers = await databases.leftovers();
  const words = [...report.words, ...(await faults(request, databases, leftovers, journey))];
  const outcome = !isClean(report) || words.length > 0 ? 'bad' : worstOf(struck);
  const crashes = struck.reduce((sum, one) => sum + one.crashes, 0);
  const trace = request.first || mishap?.befall ? [] : readTrace(folder);
  const {acknowledged, lost, duplicated, longestGapMs} = report;
  return {
    outcome,
    words,
    crashes,
    cutovers: switchesOf(request.road),
    acknowledged,
    lost,
    duplicated,
    longestGapMs,
    leftovers,
    trace,
    folder,
  };
}

const acknowledgedBy = (application: Application) => (): number => application.report()?.ok ?? 0;

/** Whatever befell it. */
async function untilServed(acknowledged: () => number): Promise<void> {
  const before = acknowledged();
  await until('service at the end', () => acknowledged() > before);
}

const worstOf = (struck: readonly Struck[]): 'good' | 'missed' | 'late' =>
  struck.some(({hit}) => hit === 'missed') ? 'missed' : struck.some(({hit}) => hit === 'late') ? 'late' : 'good';

async function faults(request: RunRequest, databases: RunDatabases, leftovers: readonly string[], journey: Journey): Promise<string[]> {
  const differ = (await databases.differing()).map((table) => `rows that nobody wrote differ in ${table}`);
  const more = leftovers.filter((line) => request.leftovers?.includes(line) === false).map((line) => `left over: ${line}`);
  const less = (request.leftovers ?? []).filter((line) => !leftovers.includes(line)).map((line) => `missing: ${line}`);
  const miscounted = (await journey.entries()).some(
    ({fact}) => fact.type === 'phase-ended' && /CF-CANARY-002/.test(JSON.stringify(fact.evidence)),
  )
    ? ['the tokens of a canary do not add up: see the journal']
    : [];
  const bugs = /InvariantViolation|assertion failed/i.test(journey.log) ? ['a runner found a fault of its own: see runner.log'] : [];
  return [...differ, ...more, ...less, ...miscounted, ...bugs];
}

const readTrace = (folder: string): Passed[] =>
  readFileSync(fileOf.trace(folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Passed);
