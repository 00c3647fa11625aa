/**
 * Lets every fault befall a migration at every step of its first cutover, between every two of its processes, under live
 * writes; judged as the sweep's runs are. `docs/faults.md` is its page.
 *
 *   npm run faults -- --seed 1 --budget 8m
 */
import {leave} from '../../src/cli/leave.ts';
import {join} from 'node:path';
import noteWhatIsStarted from '../support/global-setup.ts';
import {pgbouncerProgram} from '../support/pgbouncer.ts';
import {optional} from '../support/servers.ts';
import {ofShard} from '../sweep/choose.ts';
import {sweepFlags, type SweepFlags} from '../sweep/flags.ts';
import {interruption} from '../sweep/interruption.ts';
import {oneRun, type RunRequest, type RunResult} from '../sweep/one-run.ts';
import {matches} from '../sweep/point.ts';
import {badOf, publish, runsProof} from '../sweep/publish.ts';
import {Results, resultsFolder, USUAL_PAIR, versionOfProgram} from '../sweep/results.ts';
import type {World} from '../sweep/world.ts';
import {worlds} from '../sweep/worlds.ts';
import {allCases, type FaultCase, inTurn, isPooled, PAIRS, POOLED_PAIRS} from './fault-case.ts';
import {mishapOf} from './fault-mishap.ts';
import {pooledMishap} from './pooled-mishap.ts';

if (import.meta.main) leave(await faults(sweepFlags(process.argv.slice(2))));

async function faults(flags: SweepFlags): Promise<number> {
  const folder = join(resultsFolder(flags.pair), 'faults');
  const results = new Results(folder);
  process.env['NODE_COMPILE_CACHE'] ??= join(folder, 'compiled');
  await using stack = new AsyncDisposableStack();
  stack.defer(await noteWhatIsStarted());
  const program = versionOfProgram();
  const {version} = program;
  const giveUpAt = performance.now() + flags.budgetMs;
  const interrupted = interruption();
  const isOver = (): boolean => interrupted.aborted || performance.now() >= giveUpAt;
  const world = stack.use(await worlds[flags.pair](false, flags.seed));
  const routed = await undisturbed(world, flags.seed);
  const pooled = flags.pair === USUAL_PAIR ? await undisturbedPooled(world, flags.seed) : undefined;
  if (!pooled) say('without a PgBouncer before both sides: nothing befalls its ways');
  const every = [...allCases(PAIRS, stepsOf(routed)), ...(pooled ? allCases(POOLED_PAIRS, stepsOf(pooled)) : [])];
  const all = every.filter(({name}) => matches(flags.points, name));
  const chosen = ofShard(inTurn(all, flags.seed), flags.shard);
  if (flags.list) return list(chosen);
  const open = chosen.filter(({name}) => !results.isDone({version, seed: flags.seed, name}));
  say(`faults of ${version}, seed ${flags.seed}: ${all.length} cases, ${chosen.length - open.length} of ${chosen.length} tried before`);
  const leftovers = ({pair}: FaultCase): readonly string[] => (isPooled(pair) ? (pooled?.leftovers ?? []) : routed.leftovers);
  const bad = await runAll(open, {flags, results, version, world, leftovers, isOver});
  const own = results.of(version);
  say(`${version}: ${own.length} cases tried, ${badOf(own)} bad`);
  if (flags.publish) publish('faults', runsProof(own, version, ofShard(every, flags.shard).length, flags), program, badOf(own));
  return bad === 0 ? 0 : 1;
}

type Series = {
  readonly flags: SweepFlags;
  readonly results: Results;
  readonly version: string;
  readonly world: World;
  /** As a migration that nothing befell left the databases. */
  readonly leftovers: (one: FaultCase) => readonly string[];
  /** No case begins any more. */
  readonly isOver: () => boolean;
};

async function undisturbed(world: World, seed: number, prepare?: RunRequest['prepare']): Promise<RunResult> {
  const result = await oneRun(world, {road: 'short', seed, leftovers: undefined, ...(prepare ? {prepare} : {})});
  if (result.outcome === 'good') return result;
  throw new Error(`a migration that nothing befell went wrong: ${result.words.join('\n')}\nsee ${result.folder}`);
}

/** Undefined where there is no PgBouncer. */
async function undisturbedPooled(world: World, seed: number): Promise<RunResult | undefined> {
  if ((await optional(pgbouncerProgram)) === undefined) return undefined;
  return undisturbed(world, seed, (databases, name) => pooledMishap(databases, name));
}

/** A migration that meets with silence waits more than it works, so that several at once cost little more than one. */
async function runAll(cases: readonly FaultCase[], series: Series): Promise<number> {
  let next = 0;
  let bad = 0;
  const work = async (): Promise<void> => {
    for (let one = cases[next++]; one && !series.isOver(); one = cases[next++])
      if (!(await isGood(one, `${next}/${cases.length}`, series))) bad += 1;
  };
  await Promise.all(Array.from({length: series.flags.workers}, work));
  return bad;
}

async function isGood(one: FaultCase, place: string, {flags: {pair, seed}, results, version, world, leftovers}: Series): Promise<boolean> {
  const prepare: NonNullable<RunRequest['prepare']> = (databases, name) => mishapOf(one, databases, name);
  const {leftovers: _, trace: __, ...result} = await oneRun(world, {road: 'short', seed, leftovers: leftovers(one), prepare});
  results.keep({version, seed, name: one.name, ...result});
  say(`${place} ${result.outcome} ${(result.ms / 1000).toFixed(1)} s ${one.name}`);
  if (result.outcome !== 'bad') return true;
  for (const line of result.words) say(`    ${line}`);
  say(`    everything about it: ${result.folder}\n    again: npm run faults -- --pair ${pair} --seed ${seed} --points '${one.name}'`);
  return false;
}

/** Found by recording, so that a new step cannot be forgotten. */
function stepsOf({trace}: Pick<RunResult, 'trace'>): readonly string[] {
  const labels = trace.map(({label}) => /^step-intent cutover\/(.*)$/.exec(label)?.[1]);
  return [...new Set(labels.filter((step) => step !== undefined))];
}

function list(chosen: readonly FaultCase[]): number {
  for (const {name} of chosen) say(name);
  say(`${chosen.length} cases`);
  return 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
