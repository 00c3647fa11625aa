import type {Entry, Verdict} from './journal.ts';
import {planValue} from './plan-value.ts';
import {after, recorded} from './recorded.ts';
import {WINDOW_PHASE, type ReverseWindow} from './reverse-window.ts';
import {standingSignals} from './standing-signals.ts';
import type {Way} from './visits.ts';

/** Why a run that is well does not go on by itself. */
export type Waiting =
  | {readonly kind: 'gates'; readonly phase: string; readonly red: readonly Verdict[]}
  | {readonly kind: 'signal'; readonly phase: string; readonly signal: 'cutover'}
  /** Before `until` the run cannot be completed. */
  | {readonly kind: 'window'; readonly phase: string; readonly since: string; readonly until: string | undefined};

/** A plan with `cutover: {start: manual}` begins this phase only on the signal of the same name. */
const MANUAL_PHASE = 'cutover';

export function waitingFor({phase, isPhaseOpen, visit}: Way, plan: unknown, window: ReverseWindow | undefined): Waiting | undefined {
  if (isPhaseOpen) return phase === WINDOW_PHASE && window && !isAnswered(visit) ? {kind: 'window', phase, ...window} : undefined;
  const red = redVerdicts(visit, phase);
  if (red.length > 0) return {kind: 'gates', phase, red};
  const signalled = recorded(visit, 'signal').some(({fact}) => fact.signal.type === 'cutover');
  if (phase === MANUAL_PHASE && startsByHand(plan) && !signalled) return {kind: 'signal', phase, signal: 'cutover'};
  return undefined;
}

/** The newest verdict of each gate since all were green, as far as it is no-go. */
function redVerdicts(visit: readonly Entry[], phase: string): readonly Verdict[] {
  const since = recorded(visit, 'gates-passed').findLast(({fact}) => fact.phase === phase)?.seq ?? 0;
  const newest = new Map<string, Verdict>();
  for (const {fact} of recorded(after(visit, since), 'gate-verdict')) {
    if (fact.phase === phase) newest.set(fact.verdict.gate, fact.verdict);
  }
  return [...newest.values()].filter(({go}) => !go);
}

/** `complete` or `reverse` was asked for and is being carried out. */
function isAnswered(visit: readonly Entry[]): boolean {
  return standingSignals(visit).some(({signal: {type}}) => type === 'complete' || type === 'reverse');
}

const startsByHand = (plan: unknown) => planValue(plan, 'cutover', 'start') !== 'auto';
