import {workflows} from '../../workflows/workflows.ts';
import {TerminalError} from '../model/errors.ts';
import type {RehearsedOn} from '../model/rehearsal-record.ts';
import type {Side} from '../model/side.ts';
import type {Workflow} from '../workflow/workflow.ts';
import {standingApprovals} from './approvals.ts';
import type {Approval} from './approvals.ts';
import {canaryOf, type CanaryOnRecord} from './canary-record.ts';
import {failoverPausedOf, type FailoverOnRecord} from './failover-record.ts';
import type {Entry, HeardSignal} from './journal.ts';
import {after, isOf, lastRecorded, recorded} from './recorded.ts';
import type {EntryOf} from './recorded.ts';
import {reverseWindowOf, type ReverseWindow} from './reverse-window.ts';
import {standingSignals} from './standing-signals.ts';
import {statementsOf, type StatementsOnRecord} from './statements-record.ts';
import {stepsOf} from './step-state.ts';
import type {StepState} from './step-state.ts';
import {tuningOf} from './tuning.ts';
import type {TuningOnRecord} from './tuning.ts';
import {type Unexplained, unexplainedOf} from './unexplained.ts';
import {verificationsOf} from './verifications.ts';
import type {Verification} from './verifications.ts';
import {wayOf} from './visits.ts';
import type {Way} from './visits.ts';
import {waitingFor} from './waiting.ts';
import type {Waiting} from './waiting.ts';

/** `rejected`: the gate, when it was a rejection that paused the run. */
export type PauseRequest = {
  readonly by: string;
  readonly at: string;
  readonly reason: string | undefined;
  readonly rejected: string | undefined;
};

export type RunStatus = 'running' | 'waiting' | 'paused' | 'failed' | 'completed' | 'aborted';

/** Where a run stands: a pure fold of its entries. What the databases say is asked elsewhere and wins. */
export type RunState = Way & {
  readonly status: RunStatus;
  readonly isFinal: boolean;
  readonly plan: PlanOnRecord;
  /** Where it is carried out instead of the plan's databases; undefined: on those. */
  readonly rehearsal: RehearsedOn | undefined;
  /** Crossfade's version when the migration was created. */
  readonly version: string;
  readonly createdAt: string;
  /** Who started the first runner; the gate `approval` asks for somebody else. */
  readonly starter: string | undefined;
  /** The newest runner; `stopped` with its reason when it has said goodbye or was unlocked. A killed one has not. */
  readonly runner:
    | {readonly holder: string; readonly pid: number; readonly since: string; readonly stopped: string | undefined}
    | undefined;
  /** The highest epoch on record; 0 before the first runner. */
  readonly epoch: number;
  /** The side of the newest decision that names one; the source before the first. */
  readonly openSide: Side;
  readonly waitingFor: Waiting | undefined;
  /** While the target serves and can be left again: since when, and until when at least. */
  readonly reverseWindow: ReverseWindow | undefined;
  /** The newest failure, even when a later runner has gone on; `status` tells whether it is the present state. */
  readonly lastFailure:
    | {readonly seq: number; readonly at: string; readonly code: string | undefined; readonly error: string; readonly next?: string}
    | undefined;
  readonly paused: {readonly at: string; readonly where: string} | undefined;
  /** `pause` or `reject` without a later `resume`. */
  readonly isPauseRequested: boolean;
  /** Who asked for that pause, and how. */
  readonly pauseRequest: PauseRequest | undefined;
  /** The newest attempt at a cutover, either way, when it was called off. */
  readonly calledOff: {readonly phase: string; readonly at: string; readonly reason: string} | undefined;
  /** `abort` that is not out of date: no decision moved the open side since, and no runner has refused it. */
  readonly isAbortRequested: boolean;
  /** Signals since the phase was entered, but those that the runner has refused. */
  readonly signals: readonly (HeardSignal & {readonly actor: string})[];
  readonly steps: readonly StepState[];
  readonly verifications: readonly Verification[];
  /** Repaired rows without a known cause, until an operator acknowledges them. */
  readonly unexplained: Unexplained | undefined;
  /** Not used up and not void; whether they have expired depends on the asker's clock and the gate's limit. */
  readonly approvals: readonly Approval[];
  /** What operators have set; a runner begins with it. */
  readonly tuning: TuningOnRecord;
  /** What the canary of the newest cutover saw; undefined before the first. */
  readonly canary: CanaryOnRecord | undefined;
  readonly statements: StatementsOnRecord;
  /** Undefined while the automation of the clusters goes on, as far as runners know. */
  readonly failoverPaused: FailoverOnRecord | undefined;
  readonly head: {readonly seq: number; readonly hash: string};
};

/** The plan as last amended. `name` and `workflow` never change. */
export type PlanOnRecord = {
  readonly name: string;
  readonly file: string;
  readonly checksum: string;
  readonly workflow: string;
  readonly content: unknown;
};

/** Called by the runner before every decision and by every command that shows a run. Throws for an empty journal. */
export function runState(entries: readonly Entry[], known: Readonly<Record<string, Workflow>> = workflows): RunState {
  const first = entries[0];
  const head = entries.at(-1);
  if (first === undefined || head === undefined || !isOf(first, 'migration-created')) throw notBegun();
  const plan = planOnRecord(first, entries);
  const workflow = workflowNamed(plan.workflow, known);
  const way = wayOf(entries, workflow);
  const isFinal = workflow.isFinal(way.phase);
  const reverseWindow = isFinal ? undefined : reverseWindowOf(entries, plan.content);
  const waiting = isFinal ? undefined : waitingFor(way, plan.content, reverseWindow);
  return {
    ...way,
    ...peopleOf(way, entries),
    status: isFinal ? finalStatus(way.phase) : statusOf(entries, waiting),
    isFinal,
    plan,
    rehearsal: first.fact.rehearsal,
    version: first.fact.version,
    createdAt: first.at,
    epoch: Math.max(0, ...[...recorded(entries, 'runner-started'), ...recorded(entries, 'unlocked')].map(({fact}) => fact.epoch)),
    openSide: recorded(entries, 'decision').findLast(({fact}) => fact.side !== undefined)?.fact.side ?? 'source',
    waitingFor: waiting,
    reverseWindow,
    lastFailure: failureOf(entries),
    paused: pausedOf(entries),
    steps: stepsOf(entries),
    verifications: verificationsOf(entries),
    unexplained: unexplainedOf(entries),
    tuning: tuningOf(entries),
    calledOff: calledOffOf(entries),
    canary: canaryOf(entries),
    statements: statementsOf(entries),
    failoverPaused: failoverPausedOf(entries),
    head: {seq: head.seq, hash: head.hash},
  };
}

function planOnRecord({fact}: EntryOf<'migration-created'>, entries: readonly Entry[]): PlanOnRecord {
  const amended = lastRecorded(entries, 'plan-amended')?.fact;
  const {name, planChecksum, workflow, plan} = fact;
  return {
    name,
    file: entries.flatMap(({fact}) => ('planFile' in fact ? (fact.planFile ?? []) : [])).at(-1) ?? '',
    checksum: amended?.checksum ?? planChecksum,
    workflow,
    content: amended === undefined ? plan : amended.plan,
  };
}

const peopleOf = ({visit}: Way, entries: readonly Entry[]) => ({
  starter: recorded(entries, 'runner-started')[0]?.fact.holder,
  runner: runnerOf(entries),
  isPauseRequested: pauseRequestOf(entries) !== undefined,
  pauseRequest: pauseRequestOf(entries),
  isAbortRequested: isAbortRequested(entries),
  signals: standingSignals(visit),
  approvals: standingApprovals(entries),
});

function runnerOf(entries: readonly Entry[]): RunState['runner'] {
  const started = lastRecorded(entries, 'runner-started');
  if (started === undefined) return undefined;
  const {holder, host} = started.fact;
  const stopped = goodbyeIn(after(entries, started.seq));
  return {holder: host === undefined ? holder : `${holder}@${host}`, pid: started.fact.pid, since: started.at, stopped};
}

/** Why the newest runner is no more, from the entries since it started. Nobody could have adopted the run while it held the lease. */
function goodbyeIn(since: readonly Entry[]): string | undefined {
  const unlocked = lastRecorded(since, 'unlocked');
  const adopted = lastRecorded(since, 'adopted') && 'its journal was lost';
  return lastRecorded(since, 'runner-stopped')?.fact.reason ?? (unlocked && `unlocked by ${unlocked.fact.actor.name}`) ?? adopted;
}

function pauseRequestOf(entries: readonly Entry[]): PauseRequest | undefined {
  const asked = recorded(entries, 'signal').findLast(({fact}) => ['pause', 'reject', 'resume'].includes(fact.signal.type));
  if (asked === undefined || asked.fact.signal.type === 'resume') return undefined;
  const {signal, actor, reason} = asked.fact;
  return {by: actor.name, at: asked.at, reason, rejected: signal.type === 'reject' ? signal.gate : undefined};
}

/** An attempt that was called off ends its phase with `back`; the next one that is not makes it history. */
function calledOffOf(entries: readonly Entry[]): RunState['calledOff'] {
  const last = recorded(entries, 'phase-ended').findLast(({fact}) => ATTEMPTS.includes(fact.phase));
  if (last?.fact.outcome !== 'back') return undefined;
  const {reason} = last.fact.evidence;
  return {phase: last.fact.phase, at: last.at, reason: typeof reason === 'string' ? reason : 'no reason on record'};
}

const ATTEMPTS: readonly string[] = ['cutover', 'reverse-cutover'];

function isAbortRequested(entries: readonly Entry[]): boolean {
  const asked = recorded(entries, 'signal').findLast(({fact}) => fact.signal.type === 'abort');
  return (
    asked !== undefined &&
    !after(entries, asked.seq).some(({fact}) => fact.type === 'decision' || (fact.type === 'failed' && fact.code === 'CF-VERB-001'))
  );
}

function pausedOf(entries: readonly Entry[]): RunState['paused'] {
  const last = entries.findLast((entry) => isOf(entry, 'paused') || isOf(entry, 'resumed'));
  return last !== undefined && isOf(last, 'paused') ? {at: last.at, where: last.fact.where} : undefined;
}

function failureOf(entries: readonly Entry[]): RunState['lastFailure'] {
  const failed = lastRecorded(entries, 'failed');
  if (failed === undefined) return undefined;
  const {code, error, next} = failed.fact;
  return {seq: failed.seq, at: failed.at, code, error, ...(next === undefined ? {} : {next})};
}

/** A failure is the present state until a runner starts again; a runner that left in good order left a paused run. */
function statusOf(entries: readonly Entry[], waiting: Waiting | undefined): RunStatus {
  const started = lastRecorded(entries, 'runner-started')?.seq ?? 0;
  const since = after(entries, started);
  if (lastRecorded(since, 'failed') !== undefined) return 'failed';
  if (pausedOf(entries) !== undefined) return 'paused';
  if (waiting !== undefined) return 'waiting';
  return goodbyeIn(since) === undefined ? 'running' : 'paused';
}

const finalStatus = (phase: string): RunStatus => (phase === 'aborted' ? 'aborted' : 'completed');

function workflowNamed(name: string, known: Readonly<Record<string, Workflow>>): Workflow {
  const workflow = Object.hasOwn(known, name) ? known[name] : undefined;
  if (workflow !== undefined) return workflow;
  throw new TerminalError(`the journal names the workflow ${name}, which this version does not have`, {
    code: 'CF-STATE-001',
    next: 'use the version of crossfade that started the migration, or a newer one',
  });
}

const notBegun = () =>
  new TerminalError('the journal does not begin with the creation of a migration', {
    code: 'CF-STATE-001',
    next: 'start the plan again with crossfade run, or crossfade adopt PLAN if the databases know the migration',
  });
