/** Which runs a sweep makes, and in which order: a sweep that is cut short has seen something of everything. */
import {chance} from '../../examples/demo/chance.ts';
import {type Accident, ACCIDENTS, fits} from './accident.ts';
import type {Road} from './journey.ts';
import {nameOf, type Point} from './point.ts';
import type {Blow} from './strike.ts';

/** `name` identifies it, also in another sweep. */
export type RunSpec = {readonly name: string; readonly road: Road; readonly first: Blow; readonly second?: Blow};
export type Shard = {readonly index: number; readonly of: number};

/** Every point with every accident that it can meet with. */
export const singleRuns = (points: readonly Point[]): RunSpec[] =>
  points.flatMap((point) =>
    ACCIDENTS.filter((accident) => fits(accident, point)).map((accident) => ({
      name: `${nameOf(point)} ${accident}`,
      road: point.isEarly || point.scene !== 'plain' ? 'short' : 'whole',
      first: {point, accident},
    })),
  );

/** Two deaths, each between an act and the record of its outcome: all ordered pairs of the steps from the hold to the proof. */
export function pairedRuns(points: readonly Point[]): RunSpec[] {
  const steps = windowSteps(points);
  const decided = steps.indexOf('decide');
  return steps.flatMap((first, at) =>
    steps.map((second, then) => ({
      name: `pair/${first}/${second} kill`,
      // What the first runner had behind it for good comes again only after a way back.
      road: at >= decided && then <= decided ? ('whole' as const) : ('short' as const),
      first: {point: outcomeOf(first), accident: 'kill' as const},
      second: {point: outcomeOf(second), accident: 'kill' as const},
    })),
  );
}

const OUTCOME = 'step-outcome cutover/';
const outcomeOf = (step: string): Blow['point'] => ({scene: 'plain', kind: 'journal.write', label: `${OUTCOME}${step}`, times: 1});

function windowSteps(points: readonly Point[]): string[] {
  const outcomes = points.filter(({where, label}) => where.startsWith('cutover#1:') && label.startsWith(OUTCOME));
  const steps = [...new Set(outcomes.map(({label}) => label.slice(OUTCOME.length)))];
  return steps.slice(steps.indexOf('hold'));
}

/** By chance, but every accident in turn, and each of them at every kind of point and in every phase in turn. */
export function inOrder(specs: readonly RunSpec[], seed: number): RunSpec[] {
  const random = chance(seed);
  const shuffled = specs.map((spec) => ({spec, place: random.next()})).sort((a, b) => a.place - b.place);
  const turns = Map.groupBy(shuffled, ({spec}) => turnOf(spec));
  return inTurn([...turns.values()].map((group) => inTurn([...Map.groupBy(group, ({spec}) => stratumOf(spec)).values()]))).map(
    ({spec}) => spec,
  );
}

const turnOf = ({first, second}: RunSpec): Accident | 'pair' | 'alone' =>
  second ? 'pair' : first.point.scene === 'plain' ? first.accident : 'alone';
const stratumOf = ({first: {point}}: RunSpec): string => `${point.where?.replace(/:.*/, '') ?? ''} ${point.kind}`;

/** One of each, then again one of each. */
function inTurn<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map(({length}) => length));
  return Array.from({length: longest}, (_, round) => queues.flatMap((queue) => queue.slice(round, round + 1))).flat();
}

export const ofShard = (specs: readonly RunSpec[], {index, of}: Shard): RunSpec[] => specs.filter((_, place) => place % of === index - 1);
