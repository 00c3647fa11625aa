/**
 * A run in numbers, as Prometheus reads them: from the journal and from what the runner last said, so it is right
 * without the runner too. Called by `crossfade metrics`. Names, labels and units are an interface: none is ever changed.
 * What is not known has no sample; a sample that is absent is for alerts on `absent()`.
 */
import type {RunState} from '../journal/run-state.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {ageSeconds, LIVE_METRICS} from './live-metrics.ts';

/** What is looked at for one run. */
export type SeenRun = {
  readonly id: string;
  readonly state: RunState;
  /** Undefined before the first runner, and when it is not known here. */
  readonly report: LiveReport | undefined;
  /** Undefined where nobody can tell: its machine is another one. */
  readonly alive: boolean | undefined;
  readonly now: Date;
};

export type Metric = {
  /** In base units: seconds, bytes. */
  readonly name: string;
  readonly help: string;
  /** Beside `run` and `name`. */
  readonly labels?: readonly string[];
  samples(run: SeenRun): readonly Sample[];
};
export type Sample = {readonly value: number; readonly labels?: Readonly<Record<string, string>>};

const one = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [{value}]);

const truth = (is: boolean): number => (is ? 1 : 0);

/** Every metric there is, in the order of the documentation. */
export const METRICS: readonly Metric[] = [
  {
    name: 'crossfade_run_info',
    help: 'Always 1; where the run stands is in the labels',
    labels: ['workflow', 'phase', 'status', 'open_side'],
    samples: ({state: {plan, phase, status, openSide}}) => [
      {value: 1, labels: {workflow: plan.workflow, phase, status, open_side: openSide}},
    ],
  },
  {
    name: 'crossfade_run_failed',
    help: '1 while the newest runner has ended with an error',
    samples: ({state}) => one(truth(state.status === 'failed')),
  },
  {
    name: 'crossfade_run_failure_info',
    help: '1 while the newest runner has ended with an error that has that code',
    labels: ['code'],
    samples: ({state: {status, lastFailure}}) =>
      status === 'failed' && lastFailure?.code !== undefined ? [{value: 1, labels: {code: lastFailure.code}}] : [],
  },
  {name: 'crossfade_run_finished', help: '1 when the run is completed or aborted', samples: ({state}) => one(truth(state.isFinal))},
  {
    name: 'crossfade_runner_alive',
    help: '1 while its process is there; no sample when it runs on another machine',
    samples: ({state, alive}) => (state.isFinal ? [] : one(alive === undefined ? undefined : truth(alive))),
  },
  {
    name: 'crossfade_gate_red',
    help: '1 for each gate that the run is waiting for now',
    labels: ['phase', 'gate'],
    samples: ({state: {waitingFor}}) =>
      waitingFor?.kind === 'gates' ? waitingFor.red.map(({gate}) => ({value: 1, labels: {phase: waitingFor.phase, gate}})) : [],
  },
  {
    name: 'crossfade_throttle_ratio',
    help: 'Share of the time, 0 to 1, in which no work of that kind is begun, as an operator has set it',
    labels: ['work'],
    samples: ({state: {tuning}}) => Object.entries(tuning.throttle).map(([work, percent]) => ({value: percent / 100, labels: {work}})),
  },
  {
    name: 'crossfade_comparison_age_seconds',
    help: 'Since the newest complete comparison of the two sides',
    samples: ({state: {verifications}, now}) => verifications.slice(-1).map(({at}) => ({value: ageSeconds(at, now)})),
  },
  {
    name: 'crossfade_comparison_equal',
    help: '1 when the newest comparison found both sides equal',
    samples: ({state: {verifications}}) => verifications.slice(-1).map(({equal}) => ({value: truth(equal)})),
  },
  {
    name: 'crossfade_canary_stall_seconds',
    help: 'Longest wait between two writes of the canary in the newest cutover',
    labels: ['phase'],
    samples: ({state: {canary}}) => (canary?.stallMs === undefined ? [] : [{value: canary.stallMs / 1000, labels: {phase: canary.phase}}]),
  },
  {
    name: 'crossfade_statements_slower',
    help: 'Statements that are slower on the target than they were on the source; no sample where they could not be compared, nor without a way back',
    samples: ({state: {reverseWindow, statements}}) => {
      const comparison = reverseWindow && statements.compared?.comparison;
      return comparison && 'slower' in comparison ? one(comparison.slowerInAll) : [];
    },
  },
  {
    name: 'crossfade_plans_worse',
    help: 'Of the statements that took the most time on the source, those whose plan on the target is worse; no sample where no plan could be compared, nor without a way back',
    samples: ({state: {reverseWindow, statements}}) => {
      const plans = reverseWindow && statements.compared?.comparison.plans;
      return plans && 'worse' in plans ? one(plans.worse.length) : [];
    },
  },
  {name: 'crossfade_journal_entries', help: 'Length of the journal', samples: ({state: {head}}) => one(head.seq)},
  ...LIVE_METRICS,
];
