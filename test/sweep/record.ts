/** The points are found anew at the start of each sweep: a new point of the program cannot be forgotten. */
import {meet, type Met} from './choose.ts';
import type {Road} from './journey.ts';
import {oneRun, type RunResult} from './one-run.ts';
import type {Scene} from './point.ts';
import {stretchesOf} from './stretch.ts';
import type {World} from './world.ts';

export type Recorded = {
  readonly stretches: readonly Met[];
  /** What a migration that nothing befell leaves behind. */
  readonly leftovers: Readonly<Record<Road, readonly string[]>>;
  /** How long each took, two at once. */
  readonly ms: Readonly<Record<Road, number>>;
};

const ALONE: readonly Exclude<Scene, 'plain'>[] = ['alone-before-the-decision', 'alone-after-the-decision'];

export async function record(world: World, seed: number): Promise<Recorded> {
  const recorded = (road: Road, scene: Scene): Promise<RunResult> => oneRun(world, {road, seed, leftovers: undefined, scene}).then(good);
  const [whole, short] = await Promise.all([recorded('whole', 'plain'), recorded('short', 'plain')]);
  const alone = await Promise.all(ALONE.map((scene) => recorded('short', scene)));
  const watchdogs = alone.flatMap(({trace}, index) =>
    stretchesOf(ALONE[index] ?? 'plain', trace).filter(({where}) => where === 'watchdog#1'),
  );
  return {
    stretches: meet(stretchesOf('plain', short.trace, whole.trace), stretchesOf('plain', whole.trace), watchdogs),
    leftovers: {whole: whole.leftovers, short: short.leftovers},
    ms: {whole: whole.ms, short: short.ms},
  };
}

function good(result: RunResult): RunResult {
  if (result.outcome === 'good') return result;
  throw new Error(`a migration that is only recorded went wrong: ${result.words.join('\n')}\nsee ${result.folder}`);
}
