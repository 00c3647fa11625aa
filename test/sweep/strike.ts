/** Brings a migration to a point, and lets what was chosen befall it there. */
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {type Accident, actOf, befall} from './accident.ts';
import type {Journey} from './journey.ts';
import type {Numbered, Scene} from './point.ts';
import {fileOf, LATE, type Trap} from './trap-effects.ts';
import {until} from './until.ts';
import type {World} from './world.ts';

export type Blow = {
  readonly scene: Scene;
  readonly aim: Pick<Trap, 'where' | 'from'> & Pick<Numbered, 'kind' | 'label' | 'times'>;
  readonly accident: Accident;
};

/** `missed`: the migration came to its end without coming to the point. `late`: it was struck when its visit was over. */
export type Struck = {readonly crashes: number; readonly hit: 'there' | 'late' | 'missed'};

export async function strike(world: World, journey: Journey, {scene, aim, accident}: Blow): Promise<Struck> {
  const {folder} = journey;
  for (const file of [fileOf.reached(folder, 'point'), fileOf.go(folder), fileOf.trace(folder)]) rmSync(file, {force: true});
  const isAlone = scene !== 'plain';
  const trap: Trap = {name: 'point', ...aim, act: actOf(accident)};
  const runner = await journey.start({traps: [trap, ...sceneTraps(scene)], trace: isAlone});
  const isReached = (): boolean => existsSync(fileOf.reached(folder, 'point'));
  await until(`the point ${aim.label}`, async () => {
    if (isReached()) return true;
    if (isAlone && existsSync(fileOf.reached(folder, 'scene'))) return isSettled(folder, 3 * LOOKS); // what was recorded comes within these
    return !runner.isRunning || journey.step();
  });
  if (!isReached()) return {crashes: 0, hit: 'missed'};
  const isLate = readFileSync(fileOf.reached(folder, 'point'), 'utf8') === LATE;
  const died = await befall(accident, journey, runner, world);
  return {crashes: died + (isAlone ? 1 : 0), hit: died === 0 ? 'missed' : isLate ? 'late' : 'there'};
}

/** The same without an accident: every point is written down. */
export async function recordFrom(journey: Journey, scene: Scene): Promise<void> {
  await journey.start({traps: sceneTraps(scene), trace: true});
  if (scene !== 'plain') await until('what the watchdog does alone', () => isSettled(journey.folder));
}

/** Where the runner of a scene dies, so that its watchdog is alone. */
const SCENES: Readonly<Record<Exclude<Scene, 'plain'>, string>> = {
  'alone-before-the-decision': 'step-outcome cutover/raise-fence',
  'alone-after-the-decision': 'step-outcome cutover/decide',
};

const sceneTraps = (scene: Scene): Trap[] =>
  scene === 'plain' ? [] : [{name: 'scene', kind: 'journal.write', label: SCENES[scene], times: 1, act: 'kill'}];

/** Alone, a watchdog does its last act again at every look, until somebody is in charge. */
const isSettled = (folder: string, looks = LOOKS): boolean =>
  existsSync(fileOf.trace(folder)) && (readFileSync(fileOf.trace(folder), 'utf8').match(/"(?:undo|go-forward) /g) ?? []).length >= looks;
const LOOKS = 5;
