/** Why a run is not done: one cause, with a number and its unit, who has to act, and the command for it. Pure. */
import type {Verdict} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {unreachable} from '../model/assert.ts';
import {formatDuration} from '../plan/duration.ts';

export type WhyNotDone = {
  readonly cause: string;
  /** Who it waits for, in words. */
  readonly owner: string;
  /** Undefined only when nothing is left to do. */
  readonly next: {readonly command: string; readonly why: string} | undefined;
};

/** `alive` as `isRunnerAlive` answers. Times are wall clock, for people. */
export function whyNotDone(state: RunState, alive: boolean | undefined, now: Date): WhyNotDone {
  // A change in place has moved nothing, so there is no other side to name.
  if (state.status === 'completed')
    return {cause: state.openSide === 'source' ? 'done' : 'done: the target serves', owner: 'nobody', next: undefined};
  if (state.status === 'aborted') return {cause: 'aborted: the source serves', owner: 'nobody', next: undefined};
  if (state.status === 'failed') return failed(state);
  if (state.status === 'paused') return paused(state, now);
  if (alive === false && state.runner) return runnerGone(state.runner, state, now);
  return waitingOrWorking(state, now);
}

/** Time since an entry, in whole units that a person can grasp: `42s`, `12m`, `5h`, `3d`. */
export function since(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000));
  const unit = UNITS_S.find((candidate) => seconds >= 2 * candidate) ?? 1;
  return formatDuration(Math.floor(seconds / unit) * unit * 1000);
}

const UNITS_S = [86_400, 3_600, 60];

const RESUME = {command: 'crossfade resume', why: 'goes on from the last commit'};

function failed({lastFailure, phase}: RunState): WhyNotDone {
  const code = lastFailure?.code;
  const next = code === undefined ? RESUME : {command: `crossfade explain ${code}`, why: 'then crossfade resume'};
  return {
    cause: `failed in ${phase}: ${lastFailure?.error ?? 'no reason on record'}${code === undefined ? '' : ` (${code})`}`,
    owner: 'the operator',
    next,
  };
}

function paused({paused: pause, runner, phase}: RunState, now: Date): WhyNotDone {
  const where = pause ? `${pause.where} for ${since(pause.at, now)}` : `in ${phase}: ${runner?.stopped ?? 'no runner has started'}`;
  return {cause: `paused ${where}`, owner: 'the operator', next: RESUME};
}

function runnerGone({pid, stopped}: NonNullable<RunState['runner']>, {phase, head, visit}: RunState, now: Date): WhyNotDone {
  const last = visit.at(-1);
  const age = last ? `; its last entry is ${since(last.at, now)} old (number ${head.seq})` : '';
  const cause =
    stopped === undefined ? `the runner (process ${pid}) is gone in ${phase}${age}` : `the runner has stopped in ${phase}: ${stopped}`;
  return {cause, owner: 'the operator', next: RESUME};
}

function waitingOrWorking(state: RunState, now: Date): WhyNotDone {
  const waiting = state.waitingFor;
  if (waiting === undefined) return working(state, now);
  switch (waiting.kind) {
    case 'gates':
      return redGates(waiting.red, waiting.phase, state);
    case 'signal':
      return {
        cause: `ready for ${waiting.phase} for ${since(state.visit[0]?.at ?? state.createdAt, now)}: the plan starts it by hand`,
        owner: 'the operator',
        next: {command: `crossfade cutover --confirm ${state.plan.name}`, why: 'moves the traffic to the target'},
      };
    case 'window':
      return {
        cause: `the target serves for ${since(waiting.since, now)}; the way back is kept${waiting.until === undefined ? '' : ` until ${waiting.until}`}`,
        owner: 'the operator',
        next: {command: `crossfade complete --confirm ${state.plan.name}`, why: 'ends it; crossfade reverse goes back instead'},
      };
    default:
      return unreachable(waiting);
  }
}

/** People are asked only when nothing else is red: an approval sees the other gates' evidence. */
function redGates(red: readonly Verdict[], phase: string, {plan}: RunState): WhyNotDone {
  const measured = red.filter(({gate}) => gate !== 'approval');
  const shown = measured.length > 0 ? measured : red;
  const cause = `waiting before ${phase}: ${shown.map(({gate, evidence}) => `${gate} is red (${evidence})`).join(', ')}`;
  if (measured.length > 0)
    return {
      cause,
      owner: 'the databases: it is measured again by itself',
      next: {command: 'crossfade events -f', why: 'shows each measurement that differs'},
    };
  return {
    cause,
    owner: 'an approver',
    next: {command: `crossfade approve approval --run ${plan.name} --reason TEXT`, why: 'says yes to this plan and these measurements'},
  };
}

function working({phase, attempt, visit, runner, createdAt, isPauseRequested}: RunState, now: Date): WhyNotDone {
  const step = visit.findLast(({fact}) => fact.type === 'step-intent')?.fact;
  const doing = step?.type === 'step-intent' ? `, step ${step.step}` : '';
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  return {
    cause: `${isPauseRequested ? 'about to pause in' : 'working on'} ${phase} for ${since(visit[0]?.at ?? createdAt, now)}${again}${doing}`,
    owner: runner ? `the runner (process ${runner.pid})` : 'nobody: no runner has started',
    next: runner ? {command: 'crossfade events -f', why: 'follows it'} : RESUME,
  };
}
