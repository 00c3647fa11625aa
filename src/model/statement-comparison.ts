/** Which statements are slower on the target than they were on the source. Pure: of what was remembered, and what is counted now. */
import {type PlanComparison, plansWords} from './plan-comparison.ts';
import type {RememberedStatements, StatementRecord, StatementTime} from './statement-times.ts';

/** A statement is slower when its mean has grown by the factor and by the difference, both. Means of few calls say nothing. */
export type StatementRules = {readonly factor: number; readonly leastMs: number; readonly callsMin: number};

export type CallFigures = {readonly calls: number; readonly meanMs: number};

export type SlowerStatement = {
  readonly fingerprint: string;
  readonly text: string;
  /** Of all calls that its server had counted when the traffic left it. */
  readonly source: CallFigures;
  /** Since the traffic came. */
  readonly target: CallFigures;
  readonly factor: number;
  /** Of the worst: how the target would carry it out, or why it does not tell. */
  readonly plan?: string;
  readonly noPlan?: string;
};

/** What a comparison found; or why there was none, and what to do about it. */
export type StatementComparison = (LatencyComparison | {readonly notCompared: string}) & {
  /** Absent where it is not known which statements the source had. */
  readonly plans?: PlanComparison;
};

type LatencyComparison = {
  /** RFC 3339: from then on the target's calls count. */
  readonly since: string;
  /** Statements that had enough calls on both sides. */
  readonly compared: number;
  /** Those that were remembered of the source, and that have not come often enough on the target yet. */
  readonly waiting: number;
  /** How many are slower; not all of them are listed. */
  readonly slowerInAll: number;
  /** The most time lost in all first. */
  readonly slower: readonly SlowerStatement[];
  /** Expensive ones that were not among those remembered of the source, the most time first. */
  readonly unknown: readonly (CallFigures & Pick<StatementTime, 'fingerprint' | 'text'>)[];
};

/** More are not listed: whoever has so many looks for one cause. */
const LISTED_MAX = 20;
const UNKNOWN_MAX = 5;

export function compareStatements(
  {at, source, target}: RememberedStatements,
  now: StatementRecord,
  rules: StatementRules,
): StatementComparison {
  if ('notRecorded' in source) return {notCompared: `the source: ${source.notRecorded}`};
  if ('notRecorded' in now) return {notCompared: `the target: ${now.notRecorded}`};
  const before = new Map(source.statements.map((one) => [one.fingerprint, one]));
  const since = now.statements.map((one) => sinceSwitch(one, target, now.countedSince)).filter(({calls}) => calls >= rules.callsMin);
  const pairs = since.flatMap((one) => {
    const was = before.get(one.fingerprint);
    return was && was.calls >= rules.callsMin ? [pair(was, one)] : [];
  });
  const slower = pairs.filter((one) => isSlower(one, rules));
  return {
    since: at,
    compared: pairs.length,
    waiting: source.statements.filter(({calls}) => calls >= rules.callsMin).length - pairs.length,
    slowerInAll: slower.length,
    slower: slower.toSorted((a, b) => lostMs(b) - lostMs(a)).slice(0, LISTED_MAX),
    unknown: since
      .filter(({fingerprint, calls, totalMs}) => !before.has(fingerprint) && totalMs / calls >= rules.leastMs)
      .toSorted((a, b) => b.totalMs - a.totalMs)
      .slice(0, UNKNOWN_MAX)
      .map((one) => ({fingerprint: one.fingerprint, text: one.text, ...figures(one)})),
  };
}

/** What was counted before the traffic came is taken off, unless the server has begun to count anew since. */
function sinceSwitch(now: StatementTime, base: StatementRecord, countedSince: string | undefined): StatementTime {
  if ('notRecorded' in base || base.countedSince !== countedSince) return now;
  const then = base.statements.find(({fingerprint}) => fingerprint === now.fingerprint);
  if (!then || then.calls > now.calls || then.totalMs > now.totalMs) return now;
  return {...now, calls: now.calls - then.calls, totalMs: now.totalMs - then.totalMs};
}

const pair = (was: StatementTime, now: StatementTime): SlowerStatement => {
  const [source, target] = [figures(was), figures(now)];
  return {fingerprint: now.fingerprint, text: now.text, source, target, factor: rounded(target.meanMs / Math.max(source.meanMs, 0.001))};
};

const figures = ({calls, totalMs}: StatementTime): CallFigures => ({calls, meanMs: rounded(totalMs / calls)});

/** A mean of three digits after the point is a microsecond. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const isSlower = ({source, target, factor}: SlowerStatement, rules: StatementRules): boolean =>
  factor >= rules.factor && target.meanMs - source.meanMs >= rules.leastMs;

const lostMs = ({source, target}: SlowerStatement): number => (target.meanMs - source.meanMs) * target.calls;

/** In one line, for people. */
export const comparedWords = (comparison: StatementComparison): string =>
  'notCompared' in comparison
    ? `what statements cost could not be compared: ${comparison.notCompared}`
    : `${comparison.slowerInAll} of ${comparison.compared} statements are slower on the target than they were on the source`;

/** With the plans, where they were asked for. */
export const bothWords = (comparison: StatementComparison): string =>
  [comparedWords(comparison), ...(comparison.plans ? [plansWords(comparison.plans)] : [])].join('; ');
