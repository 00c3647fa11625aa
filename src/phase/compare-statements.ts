/**
 * Whether statements are slower on the target than they were on the source. What the source has counted is remembered
 * before each attempt, because it gets no traffic afterwards, and what the target has counted by then, to be taken off; in
 * the reverse window both are compared every five minutes, and put on record when other statements are slower than before.
 * Nothing is decided by it, and what cannot be read is said and never fails the run.
 */
import type {SentStatement} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {bothWords, compareStatements, type SlowerStatement, type StatementComparison} from '../model/statement-comparison.ts';
import type {RememberedStatements, StatementRecord} from '../model/statement-times.ts';
import {statementRules} from '../plan/after-switch.ts';
import type {Plan} from '../plan/plan.ts';
import {comparePlans, type Counting, type Until} from './compare-plans.ts';
import type {PhaseContext} from './phase.ts';
import {errorText} from '../model/errors.ts';

export const COMPARE_EVERY_MS = 300_000;
/** The most time first. Every attempt of a cutover keeps as many in the journal, of both sides. */
const REMEMBERED_MAX = 200;
/** Of the worst, because each is asked for. */
const PLANNED_MAX = 3;
/** A plan of many partitions is long, and its beginning says what it is. */
const PLAN_LENGTH_MAX = 4000;

export const rememberStatements = async (source: Counting, target: Counting, clock: Pick<Clock, 'now'>): Promise<RememberedStatements> => {
  const [ofSource, ofTarget] = [await countedBy(source), await countedBy(target)];
  return {
    at: clock.now().toISOString(),
    source: kept(ofSource),
    target: kept(ofTarget),
  };
};

/** Never the whole text, which only the server needs. */
const kept = (record: StatementRecord<SentStatement>): StatementRecord =>
  'notRecorded' in record
    ? record
    : {
        countedSince: record.countedSince,
        statements: record.statements
          .slice(0, REMEMBERED_MAX)
          .map(({fingerprint, text, calls, totalMs}) => ({fingerprint, text, calls, totalMs: Math.round(totalMs * 1000) / 1000})),
      };

type Compared = {readonly source: Counting; readonly target: Counting; readonly plan: Pick<Plan, 'afterSwitch'>};

/** Plans are compared also where the target counts nothing: what the source sent is planned on both. */
export const compareNow = async (
  remembered: RememberedStatements | undefined,
  {source, target, plan}: Compared,
  until: Until,
): Promise<StatementComparison> => {
  if (!remembered) return {notCompared: 'nothing was remembered of the source before the cutover'};
  const now = await countedBy(target);
  const comparison = await withPlans(compareStatements(remembered, now, statementRules(plan)), target, now);
  if ('notRecorded' in remembered.source) return comparison;
  const texts = async () => sentTexts(now, await countedBy(source));
  return {...comparison, plans: await comparePlans(remembered.source.statements, texts, {source, target}, until)};
};

/** Of the same statement the text of the later one counts. */
const sentTexts = (...records: readonly StatementRecord<SentStatement>[]): ReadonlyMap<string, SentStatement> =>
  new Map(records.flatMap((one) => ('notRecorded' in one ? [] : one.statements.map((each) => [each.fingerprint, each] as const))));

const withPlans = async (
  comparison: StatementComparison,
  target: Counting,
  now: StatementRecord<SentStatement>,
): Promise<StatementComparison> => {
  if ('notCompared' in comparison) return comparison;
  const sent = sentTexts(now);
  const slower = [];
  for (const [place, one] of comparison.slower.entries())
    slower.push(place < PLANNED_MAX ? {...one, ...(await planOf(sent.get(one.fingerprint), target))} : one);
  return {...comparison, slower};
};

/** Until `signal`. */
export const watchStatements = async (context: PhaseContext, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await recordComparison(context, 'news', signal);
    await context.clock.sleep(COMPARE_EVERY_MS, signal);
  }
};

/** `always`: the last one of a window has all its figures. */
export const recordComparison = async (context: PhaseContext, when: 'news' | 'always', signal: AbortSignal): Promise<void> => {
  const {remembered, compared} = await context.statements();
  const {source, target, plan, clock} = context;
  const comparison = await compareNow(remembered, {source, target, plan: plan.plan}, {signal, clock});
  const isNews = hasNews(comparison, compared?.comparison);
  if (signal.aborted || !(isNews || when === 'always')) return;
  await context.record({type: 'statements-compared', comparison});
  if (isNews) context.telemetry.note(`${bothWords(comparison)}; crossfade statements`);
};

/** That nothing can be compared is said once, whatever the reasons are: a server that comes and goes fills no journal. */
const hasNews = (now: StatementComparison, last: StatementComparison | undefined): boolean => {
  const isCompared = 'slower' in now && now.compared > 0;
  if ('notCompared' in now && !last) return true;
  if (isCompared && !(last && 'slower' in last)) return true;
  return (isCompared && slowerNames(now) !== slowerNames(last)) || (arePlanned(now) && worseNames(now) !== worseNames(last));
};

const arePlanned = ({plans}: StatementComparison): boolean => plans !== undefined && 'worse' in plans && plans.compared > 0;

const slowerNames = (one: StatementComparison | undefined): string => namesOf(one && 'slower' in one ? one.slower : []);

const worseNames = (one: StatementComparison | undefined): string => namesOf(one?.plans && 'worse' in one.plans ? one.plans.worse : []);

const namesOf = (statements: readonly {readonly fingerprint: string}[]): string =>
  statements
    .map(({fingerprint}) => fingerprint)
    .toSorted()
    .join(' ');

const countedBy = async ({costs, engine}: Counting): Promise<StatementRecord<SentStatement>> => {
  if (!costs) return {notRecorded: `${engine} is not asked what statements cost`};
  return costs.read().catch((error: unknown) => ({notRecorded: `it could not be asked: ${errorText(error)}`}));
};

const planOf = async (statement: SentStatement | undefined, {costs}: Counting): Promise<Pick<SlowerStatement, 'plan' | 'noPlan'>> => {
  if (!statement || !costs) return {};
  return costs.plan(statement).then(
    (plan) => ({plan: plan.slice(0, PLAN_LENGTH_MAX)}),
    (error: unknown) => ({noPlan: errorText(error)}),
  );
};
