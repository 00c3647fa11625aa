/** Why a run is not done: one cause, with a number and its unit, who has to act, and the command for it. Pure. */
import type {RunState} from '../journal/run-state.ts';
import {unreachable} from '../model/assert.ts';
import type {ThrottledWork} from '../model/tuning.ts';
import type {LiveReport, Wait} from '../telemetry/telemetry.ts';
import {since} from './spans.ts';
import {calledOff, inWindow, redGates, wrongOnTheWayBack} from './why-waiting.ts';
import {progressWords} from './why-working.ts';

export type WhyNotDone = {
  readonly cause: string;
  /** Who it waits for, in words. */
  readonly owner: string;
  /** Undefined only when nothing is left to do. */
  readonly next: {readonly command: string; readonly why: string} | undefined;
};

/** A runner tells its numbers every second; on a busy machine it may be late. */
const SILENT_MS = 30_000;

/** `alive` as `isRunnerAlive` answers, `report` as the state has it, of whichever runner. Times are wall clock, for people. */
export function whyNotDone(state: RunState, alive: boolean | undefined, now: Date, report?: LiveReport): WhyNotDone {
  const why = causeOf(state, alive, now, report);
  return {...why, cause: `${why.cause}${leftPaused(state, alive, now)}`};
}

/** While a runner is at work it is paused on purpose, and one that cannot resume it says so itself. */
function leftPaused({failoverPaused: paused, status}: RunState, alive: boolean | undefined, now: Date): string {
  const isAtWork = (status === 'running' || status === 'waiting') && alive !== false;
  if (paused === undefined || isAtWork) return '';
  return `; the failover automation was paused ${since(paused.at, now)} ago and may still be (crossfade doctor PLAN asks it)`;
}

function causeOf(state: RunState, alive: boolean | undefined, now: Date, report?: LiveReport): WhyNotDone {
  // A change in place has moved nothing, so there is no other side to name.
  if (state.status === 'completed')
    return {cause: state.openSide === 'source' ? 'done' : 'done: the target serves', owner: 'nobody', next: undefined};
  if (state.status === 'aborted') return {cause: 'aborted: the source serves', owner: 'nobody', next: undefined};
  if (state.status === 'failed') return failed(state, now);
  if (state.status === 'paused') return paused(state, alive, now);
  if (alive === false && state.runner) return runnerGone(state.runner, state, now);
  const silent = report && state.runner && runnerSilent(state.runner, state, alive, now, report);
  return silent ?? wrongOnTheWayBack(state, waitingOrWorking(state, now, reportOf(state, report)));
}

const RESUME = {command: 'crossfade resume', why: 'goes on from the last commit'};

/** What the error said comes next is told again; where it names a command, that is the one. */
function failed({lastFailure, phase}: RunState, now: Date): WhyNotDone {
  const {code, next: hint, error = 'no reason on record', at} = lastFailure ?? {};
  const ago = at === undefined ? '' : ` ${since(at, now)} ago`;
  const command = /\bcrossfade [a-z]+(?: --[a-z-]+)*/.exec(hint ?? '')?.[0];
  const explain =
    code === undefined ? undefined : {command: `crossfade explain ${code}`, why: `${hint ?? 'says what to do'}; then crossfade resume`};
  return {
    cause: `failed in ${phase}${ago}: ${error.replaceAll(/\s*\n\s*/g, ' ')}${code === undefined ? '' : ` (${code})`}`,
    owner: 'the operator',
    next: command === undefined ? (explain ?? RESUME) : {command, why: hint ?? ''},
  };
}

function paused({paused: pause, pauseRequest, runner, phase}: RunState, alive: boolean | undefined, now: Date): WhyNotDone {
  const where = pause ? `${pause.where} for ${since(pause.at, now)}` : `in ${phase}: ${runner?.stopped ?? 'no runner has started'}`;
  const {by, reason, rejected} = pauseRequest ?? {};
  const who = by === undefined ? '' : rejected === undefined ? `, asked for by ${by}` : `: ${rejected} was rejected by ${by}`;
  const gone = pause && runner && alive === false ? `; the runner (process ${runner.pid}) is gone` : '';
  return {cause: `paused ${where}${who}${reason === undefined ? '' : `: ${reason}`}${gone}`, owner: by ?? 'the operator', next: RESUME};
}

type Runner = NonNullable<RunState['runner']>;

const lastEntry = ({head, visit}: RunState, now: Date): string => {
  const last = visit.at(-1);
  return last ? `; its last entry is ${since(last.at, now)} old (number ${head.seq})` : '';
};

function runnerGone({pid, stopped}: Runner, state: RunState, now: Date): WhyNotDone {
  const {phase} = state;
  const cause =
    stopped === undefined
      ? `the runner (process ${pid}) is gone in ${phase}${lastEntry(state, now)}`
      : `the runner has stopped in ${phase}: ${stopped}`;
  return {cause, owner: 'the operator', next: RESUME};
}

/** It hangs, or its machine is gone: from here that cannot be told apart. */
function runnerSilent(runner: Runner, state: RunState, alive: boolean | undefined, now: Date, {at}: LiveReport): WhyNotDone | undefined {
  const heardAt = Date.parse(at) > Date.parse(runner.since) ? at : runner.since;
  if (now.getTime() - Date.parse(heardAt) < SILENT_MS) return undefined;
  return {
    cause: `the runner (process ${runner.pid}${where(runner, alive)}) has said nothing for ${since(heardAt, now)} in ${state.phase}${lastEntry(state, now)}`,
    owner: 'the operator',
    next: {command: 'crossfade unlock', why: 'ends it, if it hangs or its machine is gone; then crossfade resume'},
  };
}

/** `person@machine`; of this machine nothing needs to be said. */
const where = ({holder}: Runner, alive: boolean | undefined): string =>
  alive === undefined ? ` on ${/@([^@,]+)/.exec(holder)?.[1] ?? 'another machine'}` : '';

/** What an earlier runner said of its numbers is over. */
const reportOf = ({runner}: RunState, report: LiveReport | undefined): LiveReport | undefined =>
  report && runner && Date.parse(report.at) >= Date.parse(runner.since) ? report : undefined;

/** While a lock or a server holds the stream up, gates are not measured: that is the cause, whatever they said before. */
function waitingOrWorking(state: RunState, now: Date, report: LiveReport | undefined): WhyNotDone {
  const {waitingFor: waiting, phase} = state;
  const [wait] = report?.waits ?? [];
  if (waiting === undefined)
    return standingStill(state, now) ?? (wait ? heldUp(phase, wait, state, now, report) : working(state, now, report));
  switch (waiting.kind) {
    case 'gates':
      return wait ? heldUp(`before ${waiting.phase}`, wait, state, now, report) : redGates(waiting.red, waiting.phase, state, now);
    case 'signal':
      return meanwhile(readyByHand(waiting.phase, state, now), wait, now);
    case 'window':
      return meanwhile(inWindow(waiting, state, now), wait, now);
    default:
      return unreachable(waiting);
  }
}

const readyByHand = (phase: string, state: RunState, now: Date): WhyNotDone => ({
  cause: `ready for ${phase} for ${since(state.visit[0]?.at ?? state.createdAt, now)}: the plan starts it by hand${calledOff(state, now)}`,
  owner: 'the operator',
  next: {command: `crossfade cutover --confirm ${state.plan.name}`, why: 'moves the traffic to the target'},
});

/** A person is waited for anyway; what holds the stream up is still worth a word. */
const meanwhile = (why: WhyNotDone, wait: Wait | undefined, now: Date): WhyNotDone =>
  wait ? {...why, cause: `${why.cause}; meanwhile, for ${since(wait.since, now)}, ${wait.cause}`} : why;

function heldUp(place: string, wait: Wait, state: RunState, now: Date, report: LiveReport | undefined): WhyNotDone {
  const {owner, next, cause} = wait;
  return {
    cause: `${place}, for ${since(wait.since, now)}: ${cause}${progressWords(state.phase, report)}${calledOff(state, now)}`,
    owner,
    next,
  };
}

/** What a phase does that a throttle can bring to a standstill. */
const PACED: Readonly<Record<string, ThrottledWork>> = {'initial-load': 'copy', backfill: 'copy', 'verify-data': 'verify'};

function standingStill({phase, tuning: {throttle, throttledBy}}: RunState, now: Date): WhyNotDone | undefined {
  const work = PACED[phase];
  if (work === undefined || throttle[work] < 100 || !throttledBy) return undefined;
  const {actor, at, reason} = throttledBy;
  return {
    cause: `${work} is throttled to a standstill for ${since(at, now)} by ${actor}${reason === undefined ? '' : `: ${reason}`}`,
    owner: 'the operator',
    next: {command: 'crossfade unthrottle', why: `lets ${phase} go on`},
  };
}

function working(state: RunState, now: Date, report: LiveReport | undefined): WhyNotDone {
  const {phase, attempt, visit, runner, createdAt, isPauseRequested} = state;
  const step = visit.findLast(({fact}) => fact.type === 'step-intent')?.fact;
  const doing = step?.type === 'step-intent' ? `, step ${step.step}` : '';
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const begun = `${isPauseRequested ? 'about to pause in' : 'working on'} ${phase} for ${since(visit[0]?.at ?? createdAt, now)}`;
  return {
    cause: `${begun}${again}${doing}${progressWords(phase, report)}${calledOff(state, now)}`,
    owner: runner ? `the runner (process ${runner.pid})` : 'nobody: no runner has started',
    next: runner ? {command: 'crossfade events -f', why: 'follows it'} : RESUME,
  };
}
