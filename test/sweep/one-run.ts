/** One migration with one accident, or two, from fresh databases to the oracle's verdict. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startApplication} from '../../examples/demo/application-process.ts';
import {compareFilledRows} from '../../examples/demo/fill-checksum.ts';
import {askOracle, isClean, type OracleReport} from '../../examples/demo/oracle.ts';
import {killsServer, killWatchdogs, untilWatchdogsLeft} from './accident.ts';
import {Journey, type Road, switchesOf} from './journey.ts';
import type {Passed, Scene} from './point.ts';
import {type Blow, recordFrom, strike, type Struck} from './strike.ts';
import {fileOf} from './trap-effects.ts';
import type {Pair, RunDatabases, World} from './world.ts';

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
  /** What befalls it instead of an accident at a point. */
  readonly prepare?: (databases: RunDatabases, name: string) => Promise<Mishap>;
};

export type Mishap = {
  /** Ways to the databases and to the state that something may happen to; straight ones where absent. */
  readonly runner?: Pair<string>;
  readonly application?: Pair<string>;
  readonly state?: {readonly own: string; readonly runners: string};
  /** Starts the first runner. `acknowledged` is what the application was told so far. Answers as `strike` does. */
  befall(journey: Journey, acknowledged: () => number): Promise<Struck>;
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
  const journey = new Journey(folder, name, mishap?.runner ?? databases, request.road, mishap?.state);
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
  const starting = startApplication(options, mishap?.application ?? databases.application);
  starting.catch(() => undefined); // awaited below
  const struck: Struck[] = [];
  try {
    // It is the migration that has to survive a server that dies while somebody begins.
    if ([request.first, request.second].some(killsServer)) await starting;
    if (mishap) {
      const application = await starting;
      struck.push(await mishap.befall(journey, () => application.report()?.ok ?? 0));
    } else if (!request.first) await recordFrom(journey, request.scene ?? 'plain');
    for (const blow of [request.first, request.second]) if (blow) struck.push(await strike(world, journey, blow));
    await journey.finish();
  } finally {
    await (await starting).stop();
  }
  await untilWatchdogsLeft(folder);
  const report = await judge(request.road, folder, databases, world);
  const leftovers = await databases.leftovers();
  const words = [...report.words, ...(await faults(request, databases, leftovers, journey))];
  const outcome = !isClean(report) || words.length > 0 ? 'bad' : worstOf(struck);
  const crashes = struck.reduce((sum, one) => sum + one.crashes, 0);
  const trace = request.first || mishap ? [] : readTrace(folder);
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

const worstOf = (struck: readonly Struck[]): 'good' | 'missed' | 'late' =>
  struck.some(({hit}) => hit === 'missed') ? 'missed' : struck.some(({hit}) => hit === 'late') ? 'late' : 'good';

function judge(road: Road, folder: string, databases: RunDatabases, world: World): Promise<OracleReport> {
  const windows = Array.from({length: switchesOf(road)}, () => ({direction: 'forward', fromMs: 0, toMs: 0}));
  writeFileSync(join(folder, 'switches.json'), JSON.stringify(windows));
  return askOracle({folder, openUrl: databases.target, closedUrl: databases.source, sourcePort: world.source.port, hasWitness: true});
}

async function faults(request: RunRequest, databases: RunDatabases, leftovers: readonly string[], journey: Journey): Promise<string[]> {
  const sums = await compareFilledRows([databases.source, databases.target], databases.count);
  const differ = sums.filter(({isEqual}) => !isEqual).map(({table}) => `rows that nobody wrote differ in ${table}`);
  const more = leftovers.filter((line) => request.leftovers?.includes(line) === false).map((line) => `left over: ${line}`);
  const less = (request.leftovers ?? []).filter((line) => !leftovers.includes(line)).map((line) => `missing: ${line}`);
  const bugs = /InvariantViolation|assertion failed/i.test(journey.log) ? ['a runner found a fault of its own: see runner.log'] : [];
  return [...differ, ...more, ...less, ...bugs];
}

const readTrace = (folder: string): Passed[] =>
  readFileSync(fileOf.trace(folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Passed);
