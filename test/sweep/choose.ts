/** Which runs a sweep makes, and in which order: a sweep that is cut short has seen something of everything. */
import {crc32} from 'node:zlib';
import {chance} from '../../examples/demo/chance.ts';
import {type Accident, ACCIDENTS, fits} from './accident.ts';
import type {Road} from './journey.ts';
import {visitOf} from './point.ts';
import {nameOf, type Stretch} from './stretch.ts';
import type {Blow} from './strike.ts';

/** Stretches with the road on which they are met. */
export type Met = Stretch & {readonly road: Road};

/** `name` identifies it, also in another sweep; `group` and `kind` only decide when its turn comes. */
export type RunSpec = {
  readonly name: string;
  readonly road: Road;
  readonly first: Blow;
  readonly second?: Blow;
  readonly turn: {readonly group: string; readonly kind: string};
};
export type Shard = {readonly index: number; readonly of: number};

/** What the whole road has and the short one has not; the rest is met on the short road, which proves as much. */
export function meet(short: readonly Stretch[], whole: readonly Stretch[], alone: readonly Stretch[]): Met[] {
  const known = new Set(short.map(nameOf));
  const only = whole.filter((stretch) => !known.has(nameOf(stretch)));
  return [
    ...[...short, ...alone].map((one) => ({...one, road: 'short' as const})),
    ...only.map((one) => ({...one, road: 'whole' as const})),
  ];
}

/**
 * The death of a process at every stretch; the loss of the state at the first one of each phase and step; every other accident
 * at the first one behind each act of each phase and step.
 */
export function singleRuns(stretches: readonly Met[], seed: number): RunSpec[] {
  const known = new Set<string>();
  const isNew = (what: string): boolean => known.size < known.add(what).size;
  return stretches.flatMap((stretch) => {
    const place = stretch.where.replace(/#\d+/, '');
    const [isFirst, isFirstAct] = [isNew(place), isNew(`${place} ${stretch.after}`)];
    const isDue = (accident: Accident): boolean => accident === 'kill' || (accident === 'state-lost' ? isFirst : isFirstAct);
    return ACCIDENTS.filter((accident) => isDue(accident) && fits(accident, stretch)).map((accident) => ({
      name: `${nameOf(stretch)} ${accident}`,
      road: stretch.road,
      first: {scene: stretch.scene, aim: aimAt(stretch, seed), accident},
      turn: {group: stretch.scene === 'plain' ? accident : 'alone', kind: `${visitOf(stretch.where)} ${stretch.points[0]?.kind}`},
    }));
  });
}

/** The same whatever else was recorded. */
function aimAt(stretch: Stretch, seed: number): Blow['aim'] {
  const {where, isLoose, points} = stretch;
  const {kind, label, times} = chance(crc32(nameOf(stretch)) + seed).pick(points);
  return {kind, label, times, ...(isLoose ? {from: visitOf(where)} : {where})};
}

/**
 * Two accidents, each between an act and the record of its outcome: all ordered pairs of the steps from the hold to the
 * proof, each with two deaths, and with a death and one of the others, which the seed decides.
 */
export function pairedRuns(stretches: readonly Stretch[], seed: number): RunSpec[] {
  const steps = windowSteps(stretches);
  const decided = steps.indexOf('decide');
  return steps.flatMap((first, at) =>
    steps.flatMap((second, then) =>
      (['kill', SECOND[(at + then + seed) % SECOND.length] ?? 'zombie'] as const).map((accident) => ({
        name: `pair/${first}/${second} ${accident}`,
        // What the first runner had behind it for good comes again only after a way back.
        road: at >= decided && then <= decided ? ('whole' as const) : ('short' as const),
        first: blowAt(first, 'kill'),
        second: blowAt(second, accident),
        turn: {group: accident === 'kill' ? 'pair' : 'pair of two kinds', kind: accident},
      })),
    ),
  );
}

/** Of the next runner, to which the same state folder is of use. */
const SECOND: readonly Accident[] = ACCIDENTS.filter((accident) => accident !== 'kill' && accident !== 'state-lost');
const OUTCOME = 'step-outcome cutover/';
const blowAt = (step: string, accident: Accident): Blow => ({
  scene: 'plain',
  aim: {kind: 'journal.write', label: `${OUTCOME}${step}`, times: 1},
  accident,
});

function windowSteps(stretches: readonly Stretch[]): string[] {
  const points = stretches.filter(({where}) => where.startsWith('cutover#1:')).flatMap(({points: all}) => all);
  const outcomes = points.filter(({label}) => label.startsWith(OUTCOME));
  const steps = [...new Set(outcomes.map(({label}) => label.slice(OUTCOME.length)))];
  return steps.slice(steps.indexOf('hold'));
}

/** By chance, but every accident in turn, and each of them at every kind of point and in every phase in turn. */
export function inOrder(specs: readonly RunSpec[], seed: number): RunSpec[] {
  const random = chance(seed);
  const shuffled = specs.map((spec) => ({spec, place: random.next()})).sort((a, b) => a.place - b.place);
  const groups = Map.groupBy(shuffled, ({spec}) => spec.turn.group);
  return inTurn([...groups.values()].map((group) => inTurn([...Map.groupBy(group, ({spec}) => spec.turn.kind).values()]))).map(
    ({spec}) => spec,
  );
}

/** One of each, then again one of each. */
function inTurn<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map(({length}) => length));
  return Array.from({length: longest}, (_, round) => queues.flatMap((queue) => queue.slice(round, round + 1))).flat();
}

/** By name: no two recordings of a migration pass quite the same points, and the shards of two machines must not leave one out between them. */
export const isOfShard = ({name}: {readonly name: string}, {index, of}: Shard): boolean => crc32(name) % of === index - 1;
export const ofShard = <T extends {readonly name: string}>(specs: readonly T[], shard: Shard): T[] =>
  specs.filter((one) => isOfShard(one, shard));
