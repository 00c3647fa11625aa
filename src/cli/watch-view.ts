/** What `crossfade watch` shows, as words and marks. Pure: the screen and the plain lines only arrange it. */
import {workflows} from '../../workflows/workflows.ts';
import type {Entry, Verdict} from '../journal/journal.ts';
import {isOf, recorded} from '../journal/recorded.ts';
import type {RunState, RunStatus} from '../journal/run-state.ts';
import type {Side} from '../model/side.ts';
import {duration} from '../model/amounts.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import type {Workflow} from '../workflow/workflow.ts';
import {factWords} from './fact-words.ts';
import {expectedOf, liveForecast} from './live-forecast.ts';
import {numbersLine, paceWords} from './live-numbers.ts';
import {whyNotDone, type WhyNotDone} from './why-not-done.ts';

export type WatchView = {
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly openSide: Side;
  readonly isPauseRequested: boolean;
  /** Whether a runner of this machine is at work; undefined when it cannot be told from here. */
  readonly isAttended: boolean | undefined;
  readonly isFinal: boolean;
  readonly phases: readonly PhaseLine[];
  /** The status line; undefined before a runner has reported. */
  readonly numbers: string | undefined;
  /** What gets done a second; undefined while nothing does. */
  readonly pace: string | undefined;
  /** The newest verdict of each gate of the phase the run stands in front of, or was let into. */
  readonly gates: readonly Verdict[];
  readonly phase: string;
  readonly why: WhyNotDone;
  readonly notes: LiveReport['notes'];
  /** Oldest first. */
  readonly log: readonly {readonly at: string; readonly words: string}[];
};

export type Mark = 'done' | 'here' | 'failed' | 'ahead' | 'passed over';
export type PhaseLine = {
  readonly name: string;
  readonly mark: Mark;
  readonly visits: number;
  /** Of the newest visit; empty before the first. */
  readonly time: string;
  /** What its rehearsal let expect of the first visit; empty without one, and from the second visit on. */
  readonly forecast: string;
  /** Of the phase the run is in, oldest first. */
  readonly steps: readonly {readonly name: string; readonly mark: Mark; readonly time: string}[];
};

export type Watched = {
  readonly id: string;
  readonly state: RunState;
  readonly entries: readonly Entry[];
  readonly report: LiveReport | undefined;
  readonly alive: boolean | undefined;
  readonly now: Date;
};

const LOG_MAX = 200;

export function watchView({id, state, entries, report, alive, now}: Watched): WatchView {
  const {plan, status, openSide, isFinal, isPauseRequested, phase, visit} = state;
  return {
    ...{id, name: plan.name, status, openSide, isFinal, isPauseRequested, phase, isAttended: alive},
    phases: phaseLines(state, entries, now),
    numbers: report && numbersLine(state, alive, report),
    pace: alive !== false && (status === 'running' || status === 'waiting') ? paceWords(report?.rates) : undefined,
    gates: verdictsOf(visit, phase),
    why: whyNotDone(state, alive, now, report),
    notes: report?.notes ?? [],
    log: entries.slice(-LOG_MAX).map(({at, fact}) => ({at, words: `${fact.type} ${factWords(fact)}`})),
  };
}

function phaseLines(state: RunState, entries: readonly Entry[], now: Date): PhaseLine[] {
  const known: Readonly<Record<string, Workflow>> = workflows;
  const {phases = []} = known[state.plan.workflow] ?? {};
  const here = state.isFinal ? phases.length : phases.indexOf(state.phase);
  const forecast = liveForecast(entries, state, now);
  return phases.map((name, index) => {
    const visits = state.attempts[name] ?? 0;
    const mark = index === here ? hereMark(state) : index > here ? 'ahead' : visits > 0 ? 'done' : 'passed over';
    const steps = index === here ? stepLines(state.visit, now) : [];
    return {name, mark, visits, time: timeOf(name, entries, now), forecast: visits > 1 ? '' : expectedOf(forecast, name), steps};
  });
}

const hereMark = ({status}: RunState): Mark => (status === 'failed' ? 'failed' : 'here');

function timeOf(phase: string, entries: readonly Entry[], now: Date): string {
  const isOfPhase = (entry: Entry) => 'phase' in entry.fact && entry.fact.phase === phase;
  const end = entries.findLast((entry) => isOf(entry, 'phase-ended') && isOfPhase(entry));
  const start = entries.findLast((entry) => isOf(entry, 'phase-started') && isOfPhase(entry));
  if (start === undefined) return '';
  return between(start.at, end !== undefined && end.seq > start.seq ? end.at : now.toISOString());
}

function stepLines(visit: readonly Entry[], now: Date): PhaseLine['steps'] {
  const steps = new Map<string, {name: string; mark: Mark; time: string; since: string}>();
  for (const {at, fact} of visit) {
    if (fact.type === 'step-intent') steps.set(fact.step, {name: fact.step, mark: 'here', time: between(at, now.toISOString()), since: at});
    if (fact.type !== 'step-outcome' && fact.type !== 'step-failed') continue;
    const since = steps.get(fact.step)?.since ?? at;
    steps.set(fact.step, {name: fact.step, mark: fact.type === 'step-outcome' ? 'done' : 'failed', time: between(since, at), since});
  }
  return [...steps.values()];
}

const between = (from: string, to: string): string => duration(Math.max(0, Date.parse(to) - Date.parse(from)));

/** The newest of each gate. */
export function verdictsOf(visit: readonly Entry[], phase: string): readonly Verdict[] {
  const newest = new Map<string, Verdict>();
  for (const {fact} of recorded(visit, 'gate-verdict')) if (fact.phase === phase) newest.set(fact.verdict.gate, fact.verdict);
  return [...newest.values()];
}
