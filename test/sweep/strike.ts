/** Brings a migration to a point, and lets what was chosen befall it there. */
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {type Accident, actOf, befall} from './accident.ts';
import type {Journey} from './journey.ts';
import type {Point, Scene} from './point.ts';
import {fileOf, type Trap} from './trap-effects.ts';
import {until} from './until.ts';
import type {World} from './world.ts';

export type Blow = {
  readonly point: Pick<Point, 'kind' | 'label' | 'times' | 'scene'> & {readonly where?: string};
  readonly accident: Accident;
};

/** How many processes were struck: none when the migration got to its end without coming to the point. */
export async function strike(world: World, journey: Journey, {point, accident}: Blow): Promise<number> {
  const {folder} = journey;
  for (const file of [fileOf.reached(folder, 'point'), fileOf.go(folder), fileOf.trace(folder)]) rmSync(file, {force: true});
  const isAlone = point.scene !== 'plain';
  const runner = await journey.start({traps: [trapOf(point, accident), ...sceneTraps(point.scene)], trace: isAlone});
  const isReached = (): boolean => existsSync(fileOf.reached(folder, 'point'));
  await until(`the point ${point.label}`, async () => {
    if (isReached()) return true;
    if (isAlone && existsSync(fileOf.reached(folder, 'scene'))) return isSettled(folder, 3 * LOOKS); // what was recorded comes within these
    return !runner.isRunning || journey.step();
  });
  if (!isReached()) return 0;
  await befall(accident, journey, runner, world);
  return accident === 'both' || isAlone ? 2 : 1;
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

const trapOf = ({kind, label, times, where}: Blow['point'], accident: Accident): Trap => ({
  name: 'point',
  ...(where === undefined ? {} : {where}),
  kind,
  label,
  times,
  act: actOf(accident),
});
