/**
 * What the journal of one migration proves, as one document: who, what and when, each gate with its evidence, each
 * comparison with its digests, what clients waited, what went wrong, and how to check that nobody altered it since.
 * Made from the journal alone, by `crossfade report`; the page of `html/` shows it. An interface: fields are added and
 * never changed, and what is not known is null.
 */
import type {ChainFault, Entry} from '../journal/journal.ts';
import {recorded} from '../journal/recorded.ts';
import type {RunState} from '../journal/run-state.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import {type Attempt, attemptsOf} from './attempts.ts';
import {type Comparison, comparisonsOf, digestsOf, type TableDigest} from './comparisons.ts';
import {type Deed, deedsOf} from './deeds.ts';
import {msBetween} from './evidence.ts';
import {type Decommission, decommissionOf} from './decommission.ts';
import {type ForecastReport, forecastReportOf} from './forecast.ts';
import {type GateLine, gateLinesOf, type GatesPassed, gatesPassedOf} from './gates.ts';
import {rehearsalReportOf, type RehearsalReport} from './rehearsal.ts';
import {type Remainder, remainsOf} from './remains.ts';
import {statementsReportOf, type StatementsReport} from './statements.ts';
import {type Runner, runnersOf, type Trouble, troublesOf} from './troubles.ts';
import {type PhaseVisit, visitsOf} from './visits.ts';

export type Report = {
  readonly id: string;
  readonly name: string;
  readonly workflow: string;
  readonly madeAt: string;
  /** Of Crossfade: the one that began the run, and the one that made this report. */
  readonly versions: {readonly began: string; readonly reported: string};
  readonly status: RunState['status'];
  readonly phase: string;
  readonly openSide: RunState['openSide'];
  readonly startedBy: string | null;
  readonly startedAt: string;
  /** Of the newest entry. */
  readonly until: string;
  readonly ms: number;
  readonly plan: {readonly file: string; readonly checksum: string; readonly content: unknown; readonly amended: number};
  readonly visits: readonly PhaseVisit[];
  readonly attempts: readonly Attempt[];
  /** Null where no rehearsal stood before a gate. */
  readonly forecast: ForecastReport | null;
  /** Null of a run on the plan's own databases. */
  readonly rehearsal: RehearsalReport | null;
  /** Null before the first comparison of what statements cost. */
  readonly statements: StatementsReport | null;
  readonly comparisons: readonly Comparison[];
  readonly digests: readonly TableDigest[];
  readonly gates: readonly GateLine[];
  readonly gatesPassed: readonly GatesPassed[];
  readonly deeds: readonly Deed[];
  readonly overrides: readonly Deed[];
  readonly troubles: readonly Trouble[];
  readonly runners: readonly Runner[];
  readonly remains: readonly Remainder[];
  /** Null before the end. */
  readonly decommission: Decommission | null;
  readonly chain: {readonly entries: number; readonly head: string; readonly faults: readonly ChainFault[]};
};

export type ReportRequest = {
  readonly id: string;
  /** Not empty. */
  readonly entries: readonly Entry[];
  readonly state: RunState;
  /** Of the journal here, its hashes and its signatures; the copies in the databases are compared by `events --verify`. */
  readonly faults: readonly ChainFault[];
  readonly madeAt: string;
  readonly version: string;
  /** Of a rehearsal that came to its end. */
  readonly record?: RehearsalRecord | undefined;
};

export function reportOf({id, entries, state, faults, madeAt, version, record}: ReportRequest): Report {
  const {plan, createdAt} = state;
  const visits = visitsOf(entries);
  const attempts = attemptsOf(visits);
  const comparisons = comparisonsOf(entries);
  const deeds = deedsOf(entries);
  const until = entries.at(-1)?.at ?? createdAt;
  return {
    id,
    name: plan.name,
    workflow: plan.workflow,
    madeAt,
    versions: {began: state.version, reported: version},
    status: state.status,
    phase: state.phase,
    openSide: state.openSide,
    startedBy: state.starter ?? null,
    startedAt: createdAt,
    until,
    ms: msBetween(createdAt, until),
    plan: {file: plan.file, checksum: plan.checksum, content: plan.content, amended: recorded(entries, 'plan-amended').length},
    visits,
    attempts,
    forecast: forecastReportOf(entries, visits, attempts),
    rehearsal: rehearsalReportOf(state.rehearsal, record),
    statements: statementsReportOf(entries),
    comparisons,
    digests: digestsOf(entries, comparisons),
    gates: gateLinesOf(entries),
    gatesPassed: gatesPassedOf(entries),
    deeds,
    overrides: deeds.filter(({override}) => override !== null),
    troubles: troublesOf(entries),
    runners: runnersOf(entries),
    remains: remainsOf(state),
    decommission: decommissionOf(visits),
    chain: {entries: entries.length, head: state.head.hash, faults},
  };
}
