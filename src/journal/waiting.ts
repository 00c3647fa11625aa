import type {Entry, Verdict} from './journal.ts';
import {after, lastRecorded, recorded} from './recorded.ts';
import type {Way} from './visits.ts';

/** Why a run that is well does not go on by itself. */
export type Waiting =
  | {readonly kind: 'gates'; readonly phase: string; readonly red: readonly Verdict[]}
  | {readonly kind: 'signal'; readonly phase: string; readonly signal: 'cutover'}
  /** `until` is for people: the runner measures the window by its own clock. */
  | {readonly kind: 'window'; readonly phase: string; readonly since: string; readonly until: string | undefined};

/** A plan with `cutover: {start: manual}` begins this phase only on the signal of the same name. */
const MANUAL_PHASE = 'cutover';
/** The phase that lasts until `complete`, `reverse`, or its window's end. */
const WINDOW_PHASE = 'reverse-window';

export function waitingFor(way: Way, plan: unknown): Waiting | undefined {
  const {phase, isPhaseOpen, visit} = way;
  if (isPhaseOpen) return phase === WINDOW_PHASE ? windowOf(way, plan) : undefined;
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

function windowOf({phase, visit}: Way, plan: unknown): Waiting | undefined {
  const started = recorded(visit, 'phase-started').find(({fact}) => fact.phase === phase);
  if (started === undefined || isAnswered(visit)) return undefined;
  const windowMs = at(plan, 'reverse', 'windowMs');
  const until = typeof windowMs === 'number' ? new Date(Date.parse(started.at) + windowMs).toISOString() : undefined;
  return {kind: 'window', phase, since: started.at, until};
}

/** `complete` or `reverse` was asked for and is being carried out. */
function isAnswered(visit: readonly Entry[]): boolean {
  const type = lastRecorded(visit, 'signal')?.fact.signal.type;
  return type === 'complete' || type === 'reverse';
}

const startsByHand = (plan: unknown) => at(plan, 'cutover', 'start') !== 'auto';

/** The journal keeps the plan as data: a later version's plan may lack what this one reads. */
const at = (plan: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined),
    plan,
  );
