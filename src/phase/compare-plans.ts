/** How both sides would carry out what the source had most of. Reads only, one statement after the other, and nothing is carried out. */
import type {Database, SentStatement} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {errorText, isCoded} from '../model/errors.ts';
import {comparePlansOf, type PlanComparison, type PlannedStatement} from '../model/plan-comparison.ts';
import type {PlanShape} from '../model/plan-shape.ts';
import type {StatementTime} from '../model/statement-times.ts';

/** Those that took the most time: an index that is missing is felt by them first. */
const COMPARED_MAX = 20;
/** Of all of them: `complete` waits for it. */
const COMPARE_MS_MAX = 20_000;

export type Counting = Pick<Database, 'costs' | 'engine'>;
/** How long it may go on. */
export type Until = {readonly signal: AbortSignal; readonly clock: Pick<Clock, 'monotonicMs'>};
type Sides = {readonly source: Counting; readonly target: Counting};

/** `texts`: as a server has them, by fingerprint. The same text goes to both sides, or its lists might be of other lengths. */
export const comparePlans = async (
  remembered: readonly StatementTime[],
  textsOf: () => Promise<ReadonlyMap<string, SentStatement>>,
  sides: Sides,
  {signal, clock}: Until,
): Promise<PlanComparison> => {
  for (const {engine, costs} of [sides.source, sides.target])
    if (!costs?.shape) return {notCompared: `${engine} plans no statement without its values`};
  const [texts, begunMs] = [await textsOf(), clock.monotonicMs()];
  const hasTime = (): boolean => !signal.aborted && clock.monotonicMs() - begunMs < COMPARE_MS_MAX;
  const planned: PlannedStatement[] = [];
  for (const one of remembered.slice(0, COMPARED_MAX)) {
    const told = hasTime() ? await onBoth(texts.get(one.fingerprint), sides) : {reason: 'there was no time left for it'};
    if ('isOut' in told) return {notCompared: told.reason};
    planned.push({...one, ...told});
  }
  return comparePlansOf(planned);
};

/** `isOut`: the side cannot be asked at all. */
type NoPlan = {readonly reason: string; readonly isOut?: true};
type Planned = {readonly source: PlanShape; readonly target: PlanShape} | NoPlan;

const onBoth = async (text: SentStatement | undefined, {source, target}: Sides): Promise<Planned> => {
  if (!text) return {reason: 'its text is in the record of neither server any more'};
  const first = await shapeOn('source', text, source);
  if ('reason' in first) return first;
  const second = await shapeOn('target', text, target);
  return 'reason' in second ? second : {source: first, target: second};
};

const shapeOn = async (side: string, text: SentStatement, {costs, engine}: Counting): Promise<PlanShape | NoPlan> =>
  costs?.shape?.(text).catch((error: unknown) => ({
    reason: `the ${side}: ${errorText(error)}`,
    ...(isCoded(error) && error.code.startsWith('CF-CONN-') ? {isOut: true as const} : {}),
  })) ?? {reason: `${engine} tells no plan`};
