/** The points are found anew at the start of each sweep: a new point of the program cannot be forgotten. */
import {oneRun, type RunResult} from './one-run.ts';
import type {Road} from './journey.ts';
import {type Point, pointsOf, type Scene} from './point.ts';
import type {World} from './world.ts';

export type Recorded = {
  readonly points: readonly Point[];
  /** What a migration that nothing befell leaves behind. */
  readonly leftovers: Readonly<Record<Road, readonly string[]>>;
  /** Of the whole road. */
  readonly ms: number;
};

const ALONE: readonly Exclude<Scene, 'plain'>[] = ['alone-before-the-decision', 'alone-after-the-decision'];

export async function record(world: World, seed: number): Promise<Recorded> {
  const whole = good(await oneRun(world, {road: 'whole', seed, leftovers: undefined}));
  const scenes = (['plain', ...ALONE] as const).map((scene) => oneRun(world, {road: 'short', seed, leftovers: undefined, scene}));
  const [short, ...alone] = (await Promise.all(scenes)).map(good);
  const watchdogs = alone.flatMap(({trace}, index) => pointsOf(ALONE[index] ?? 'plain', trace).filter(({where}) => where === 'watchdog#1'));
  return {
    points: [...pointsOf('plain', whole.trace), ...watchdogs],
    leftovers: {whole: whole.leftovers, short: short?.leftovers ?? []},
    ms: whole.ms,
  };
}

function good(result: RunResult): RunResult {
  if (result.outcome === 'good') return result;
  throw new Error(`a migration that is only recorded went wrong: ${result.words.join('\n')}\nsee ${result.folder}`);
}
