/**
 * The crash-point sweep: records one whole migration, forward, back, forward and the end, and then lets an accident
 * befall it at each point that it passed, under live writes. What comes of each is judged by the demo's oracle and by
 * what is left in the catalogues. `docs/proof.md` is its page.
 *
 *   npm run sweep -- --seed 1 --budget 8m
 */
import {leave} from '../../src/cli/leave.ts';
import {readProgramOnce} from '../support/compiled-once.ts';
import {killsServer} from './accident.ts';
import {interruption} from './interruption.ts';
import {inOrder, ofShard, pairedRuns, type RunSpec, singleRuns} from './choose.ts';
import {sweepFlags, type SweepFlags} from './flags.ts';
import {oneRun} from './one-run.ts';
import {matches} from './point.ts';
import {badOf, publish, runsProof} from './publish.ts';
import {type Recorded, record} from './record.ts';
import {Results, resultsFolder, versionOfProgram} from './results.ts';
import type {Stretch} from './stretch.ts';
import type {World} from './world.ts';
import {worlds} from './worlds.ts';

if (import.meta.main) leave(await sweep(sweepFlags(process.argv.slice(2))));

async function sweep(flags: SweepFlags): Promise<number> {
  const open = worlds[flags.pair];
  const results = new Results(resultsFolder(flags.pair));
  readProgramOnce();
  const program = versionOfProgram();
  const {version} = program;
  const interrupted = interruption();
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await open(false, flags.seed));
  say(`sweep of ${version}, ${flags.pair}, seed ${flags.seed}: recording the points of a whole migration`);
  const recorded = await record(world, flags.seed);
  const {stretches} = recorded;
  const every = [...singleRuns(stretches, flags.seed), ...pairedRuns(stretches, flags.seed)];
  const all = every.filter(({name}) => matches(flags.points, name));
  const chosen = ofShard(inOrder(all, flags.seed), flags.shard);
  if (flags.list) {
    for (const {name} of chosen) say(name);
    say(`${pointsIn(stretches)}, ${chosen.length} runs`);
    return 0;
  }
  const left = chosen.filter(({name}) => !results.isDone({version, seed: flags.seed, name}));
  const medianMs = results.medianMs(version);
  const expectedMs = left.reduce((sum, {road}) => sum + (medianMs ?? recorded.ms[road]), 0);
  say(
    `${pointsIn(stretches)}, ${all.length} runs, ${chosen.length - left.length} of ${chosen.length} made before; about ` +
      `${minutes(expectedMs / flags.workers)} for the rest, ${minutes(flags.budgetMs)} allowed`,
  );
  const giveUpAt = performance.now() + flags.budgetMs;
  const isOver = (): boolean => interrupted.aborted || performance.now() >= giveUpAt;
  const bad = await runAll(left, {
    flags,
    results,
    version,
    recorded,
    isOver,
    world,
    durable: async () => stack.use(await open(true, flags.seed)),
  });
  tell(results, version);
  const own = results.of(version);
  if (flags.publish) publish('sweep', runsProof(own, version, ofShard(every, flags.shard).length, flags), program, badOf(own));
  if (own.length === 0) say(`no run was made in ${minutes(flags.budgetMs)}: that shows nothing; allow more with --budget`);
  return bad === 0 && own.length > 0 ? 0 : 1;
}

type Sweep = {
  readonly flags: SweepFlags;
  readonly results: Results;
  readonly version: string;
  readonly recorded: Recorded;
  /** No run begins any more. */
  readonly isOver: () => boolean;
  readonly world: World;
  /** Servers that may be killed; one worker's, or the others would lose theirs too. */
  readonly durable: () => Promise<World>;
};

/** Answers how many were bad. A third of the workers, rounded up, make the runs in which a server is killed. */
async function runAll(specs: readonly RunSpec[], sweep: Sweep): Promise<number> {
  const {workers} = sweep.flags;
  const [killing, others] = [specs.filter(isKilling), specs.filter((spec) => !isKilling(spec))];
  const [killers, shared] = [queueOf(killing, sweep), queueOf(others, sweep)];
  const own = async (): Promise<void> => {
    if (!killers.isOver()) await killers.work(await sweep.durable());
    await shared.work(sweep.world);
  };
  const common = async (): Promise<void> => shared.work(sweep.world);
  const owners = Math.ceil(workers / 3);
  await Promise.all(Array.from({length: workers}, (_, index) => (index < owners ? own() : common())));
  return killers.bad() + shared.bad();
}

function isKilling({first, second}: RunSpec): boolean {
  return killsServer(first) || killsServer(second);
}

/** What several workers take from, until it is empty or time is over. */
function queueOf(specs: readonly RunSpec[], sweep: Sweep) {
  let [next, bad] = [0, 0];
  const isOver = (): boolean => next >= specs.length || sweep.isOver();
  const work = async (world: World): Promise<void> => {
    while (!isOver()) {
      const spec = specs[next++];
      if (spec && !(await isGood(world, spec, sweep, `${next}/${specs.length}`))) bad += 1;
    }
  };
  return {isOver, work, bad: () => bad};
}

async function isGood(
  world: World,
  spec: RunSpec,
  {flags: {pair, seed}, results, version, recorded}: Sweep,
  place: string,
): Promise<boolean> {
  const {leftovers: _, trace: __, ...result} = await oneRun(world, {...spec, seed, leftovers: recorded.leftovers[spec.road]});
  results.keep({version, seed, name: spec.name, aim: spec.first.aim, ...result});
  say(`${place} ${result.outcome} ${(result.ms / 1000).toFixed(1)} s ${spec.name}`);
  if (result.outcome !== 'bad') return true;
  for (const line of result.words) say(`    ${line}`);
  say(
    `    everything about it: ${result.folder}\n    again: npm run sweep -- --pair ${pair} --seed ${seed} --points '${spec.name.replaceAll(/['"\s]+/g, '*')}'`,
  );
  return false;
}

function tell(results: Results, version: string): void {
  const own = results.of(version);
  const sum = (of: (one: (typeof own)[number]) => number): number => own.reduce((total, one) => total + of(one), 0);
  const count = (outcome: string): number => own.filter((one) => one.outcome === outcome).length;
  say(
    `${version}: ${own.length} runs (${count('good')} good, ${count('bad')} bad, ${count('late')} struck late, ${count('missed')} missed their point), ` +
      `${sum(({crashes}) => crashes)} crashes, ${sum(({cutovers}) => cutovers)} cutovers, ${sum(({acknowledged}) => acknowledged)} ` +
      `acknowledged writes, ${sum(({lost}) => lost)} lost, ${sum(({duplicated}) => duplicated)} duplicated`,
  );
}

function pointsIn(stretches: readonly Stretch[]): string {
  return `${stretches.flatMap(({points}) => points).length} points in ${stretches.length} stretches`;
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
