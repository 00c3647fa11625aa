/** The answer of `status` and of `watch` with `--json`, and what is looked at for it. */
import {type Override, overridesOf} from '../journal/overridden.ts';
import {systemEffects} from '../runner/system-effects.ts';
import type {Band} from '../telemetry/eta.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import type {Run} from './run-choice.ts';
import {liveForecast, type LiveForecast} from './live-forecast.ts';
import {copyEnd} from './live-numbers.ts';
import {isRunnerAlive} from './runner-alive.ts';
import {whyNotDone, type WhyNotDone} from './why-not-done.ts';

export type Seen = {
  readonly alive: boolean | undefined;
  readonly why: WhyNotDone;
  readonly forecast: LiveForecast | null;
  readonly overrides: readonly Override[];
};

export function look({state, entries}: Pick<Run, 'state' | 'entries'>, report: LiveReport | undefined): Seen {
  const alive = state.runner && isRunnerAlive(state.runner);
  const now = systemEffects.clock.now();
  return {alive, why: whyNotDone(state, alive, now, report), forecast: liveForecast(entries, state, now), overrides: overridesOf(entries)};
}

/** An interface: fields are added, never changed. Absent is null. */
export function statusDocument(
  {id, state}: Pick<Run, 'id' | 'state'>,
  {alive, why, forecast, overrides}: Seen,
  report: LiveReport | undefined,
): Readonly<Record<string, unknown>> {
  const {plan, runner} = state;
  return {
    id,
    name: plan.name,
    phase: state.phase,
    state: state.status,
    waitingFor: state.waitingFor ?? null,
    openSide: state.openSide,
    cause: why.cause,
    owner: why.owner,
    next: why.next === undefined ? [] : [why.next],
    attempt: state.attempt,
    epoch: state.epoch,
    plan: {file: plan.file, checksum: plan.checksum, workflow: plan.workflow},
    runner:
      runner === undefined
        ? null
        : {holder: runner.holder, pid: runner.pid, since: runner.since, stopped: runner.stopped ?? null, alive: alive ?? null},
    lastFailure:
      state.lastFailure === undefined
        ? null
        : {...state.lastFailure, code: state.lastFailure.code ?? null, next: state.lastFailure.next ?? null},
    paused: state.paused ?? null,
    pauseRequest:
      state.pauseRequest === undefined
        ? null
        : {...state.pauseRequest, reason: state.pauseRequest.reason ?? null, rejected: state.pauseRequest.rejected ?? null},
    calledOff: state.calledOff ?? null,
    tuning: {
      throttle: state.tuning.throttle,
      parallel: state.tuning.parallel ?? null,
      chunkBytes: state.tuning.chunkBytes ?? null,
      limits: state.tuning.limits ?? {},
      throttledBy:
        state.tuning.throttledBy === undefined ? null : {...state.tuning.throttledBy, reason: state.tuning.throttledBy.reason ?? null},
      setBy: Object.fromEntries(Object.entries(state.tuning.setBy).map(([key, by]) => [key, {...by, reason: by.reason ?? null}])),
    },
    approvals: state.approvals.map(({gate, actor, at, reason, isSigned}) => ({
      gate,
      actor: actor.name,
      authenticated: isSigned === true,
      at,
      reason: reason ?? null,
    })),
    /** What somebody has gone past although something stood against it. */
    overrides: overrides.map(({at, actor, against, reason}) => ({at, actor: actor?.name ?? null, against, reason: reason ?? null})),
    /** Of the newest cutover that was decided. */
    canary:
      state.canary === undefined
        ? null
        : {
            phase: state.canary.phase,
            stallMs: state.canary.stallMs ?? null,
            unmeasured: state.canary.unmeasured ?? null,
            failure: state.canary.failure ?? null,
          },
    /** Its automation was told to wait by an attempt, and no runner has told it to go on. */
    failoverPaused: state.failoverPaused ?? null,
    /** The newest comparison of this reverse window. */
    statements: (state.reverseWindow && state.statements.compared) ?? null,
    lastVerification: state.verifications.at(-1) ?? null,
    /** Of the rehearsal that a gate was passed with, as in the report; `soFarMs` of the phase under way. */
    forecast,
    createdAt: state.createdAt,
    entries: state.head.seq,
    /** Of a runner on this machine that is at work. */
    control: (alive === true && report?.control) || null,
    /** Numbers of the newest runner: `at` says how old they are. */
    live:
      report === undefined
        ? null
        : {
            at: report.at,
            elapsedMs: report.elapsedMs,
            ...report.gauges,
            /** Over the last ten seconds; null while nothing of it gets done. */
            rates: {rowsPerSecond: report.rates?.rowsPerSecond ?? null, changesPerSecond: report.rates?.changesPerSecond ?? null},
            /** Between these two the copy will be done, from `at` on; null while nobody can say. */
            eta: rounded(copyEnd(state, alive, report)),
            waits: report.waits ?? [],
            work: report.work ?? [],
          },
  };
}

const rounded = (band: Band | undefined): Band | null => (band ? {lowMs: Math.floor(band.lowMs), highMs: Math.ceil(band.highMs)} : null);
