/** When the run was where: each visit of a phase with its steps, as long as they took. A crash and a restart are in one visit. */
import type {Entry} from '../journal/journal.ts';
import {isOf} from '../journal/recorded.ts';
import {type Evidence, msBetween} from './evidence.ts';

export type PhaseVisit = {
  readonly phase: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly ms: number | null;
  /** The workflow's event: `done`, `back`, `reverse`, `abort`. */
  readonly outcome: string | null;
  readonly evidence: Evidence;
  readonly steps: readonly StepRun[];
};

export type StepRun = {
  readonly step: string;
  readonly startedAt: string;
  readonly ms: number | null;
  /** `unknown`: nobody wrote down how it ended; a later look at the databases decided. */
  readonly ended: 'done' | 'failed' | 'unknown';
  readonly error: string | null;
  readonly code: string | null;
  readonly evidence: unknown;
};

type Open<T> = {-readonly [K in keyof T]: T[K]};
type OpenVisit = Omit<Open<PhaseVisit>, 'steps'> & {steps: Open<StepRun>[]};

export function visitsOf(entries: readonly Entry[]): readonly PhaseVisit[] {
  const visits: OpenVisit[] = [];
  for (const entry of entries) {
    const last = visits.at(-1);
    if (isOf(entry, 'phase-started') && !(last?.endedAt === null && last.phase === entry.fact.phase))
      visits.push(begin(entry.fact.phase, entry.at));
    else if (last && last.endedAt === null) goOn(last, entry);
  }
  return visits;
}

const begin = (phase: string, startedAt: string): OpenVisit => ({
  phase,
  startedAt,
  endedAt: null,
  ms: null,
  outcome: null,
  evidence: {},
  steps: [],
});

function goOn(visit: OpenVisit, entry: Entry): void {
  const {fact, at} = entry;
  if (isOf(entry, 'phase-ended')) {
    const {outcome, evidence} = entry.fact;
    Object.assign(visit, {endedAt: at, ms: msBetween(visit.startedAt, at), outcome, evidence});
  } else if (isOf(entry, 'step-intent')) {
    visit.steps.push({step: entry.fact.step, startedAt: at, ms: null, ended: 'unknown', error: null, code: null, evidence: null});
  } else if (fact.type === 'step-outcome' || fact.type === 'step-failed') {
    const step = visit.steps.findLast((one) => one.step === fact.step && one.ended === 'unknown');
    if (step) Object.assign(step, {ms: msBetween(step.startedAt, at)}, endOf(fact));
  }
}

const endOf = (
  fact: Extract<Entry['fact'], {type: 'step-outcome' | 'step-failed'}>,
): Pick<StepRun, 'ended' | 'error' | 'code' | 'evidence'> =>
  fact.type === 'step-outcome'
    ? {ended: 'done', error: null, code: null, evidence: fact.evidence ?? null}
    : {ended: 'failed', error: fact.error, code: fact.code ?? null, evidence: null};
