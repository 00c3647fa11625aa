/** How both sides would carry out what the source had most of. Reads only, one statement after the other, and nothing is carried out. */
import type {Database, SentStatement} from '../engine/engine.ts';
import {comparePlansOf, type PlanComparison, type PlannedStatement} from '../model/plan-comparison.ts';
import type {PlanShape} from '../model/plan-shape.ts';
import type {StatementTime} from '../model/statement-times.ts';

/** Those that took the most time: an index that is missing is felt by them first. */
const COMPARED_MAX = 20;

export type Counting = Pick<Database, 'costs' | 'engine'>;
type Sides = {readonly source: Counting; readonly target: Counting};

/** `texts`: as a server has them, by fingerprint. The same text goes to both sides, or its lists might be of other lengths. */
export const comparePlans = async (
  remembered: readonly StatementTime[],
  texts: ReadonlyMap<string, SentStatement>,
  sides: Sides,
  signal: AbortSignal,
): Promise<PlanComparison> => {
  for (const {engine, costs} of [sides.source, sides.target])
    if (!costs?.shape) return {notCompared: `${engine} plans no statement without its values`};
  const planned: PlannedStatement[] = [];
  for (const one of remembered.slice(0, COMPARED_MAX)) {
    if (signal.aborted) return {notCompared: 'it was not finished'};
    planned.push({...one, ...(await onBoth(texts.get(one.fingerprint), sides))});
  }
  return comparePlansOf(planned);
};

type Planned = {readonly source: PlanShape; readonly target: PlanShape} | {readonly reason: string};

const onBoth = async (text: SentStatement | undefined, {source, target}: Sides): Promise<Planned> => {
  if (!text) return {reason: 'its text is in the record of neither server any more'};
  const first = await shapeOn('source', text, source);
  if ('reason' in first) return first;
  const second = await shapeOn('target', text, target);
  return 'reason' in second ? second : {source: first, target: second};
};

const shapeOn = async (side: string, text: SentStatement, {costs, engine}: Counting): Promise<PlanShape | {readonly reason: string}> =>
  costs?.shape?.(text).catch((error: unknown) => ({reason: `the ${side}: ${reasonOf(error)}`})) ?? {reason: `${engine} tells no plan`};

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
