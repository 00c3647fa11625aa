/** The numbers of a run's newest report as others see them. */
import type {RunState} from '../journal/run-state.ts';
import {count} from '../model/amounts.ts';
import {etaBand, type Band} from '../telemetry/eta.ts';
import type {Rates} from '../telemetry/rates.ts';
import {statusLine} from '../telemetry/status-report.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {throttledOf} from './tuning-words.ts';

/** `alive` as `isRunnerAlive` answers. */
export const numbersLine = (state: RunState, alive: boolean | undefined, report: LiveReport): string =>
  statusLine({...report, ...throttledOf(state.tuning, report.waits), samples: movingSamples(state, alive, report)});

/** Undefined while nothing is copied and nothing applied. */
export const paceWords = ({rowsPerSecond, changesPerSecond}: Rates = {}): string | undefined => {
  const words = [
    ...(rowsPerSecond === undefined ? [] : [`${count(rowsPerSecond)} rows/s copied`]),
    ...(changesPerSecond === undefined ? [] : [`${count(changesPerSecond)} changes/s applied`]),
  ];
  return words.length === 0 ? undefined : `now: ${words.join(', ')}`;
};

/** When the copy will be done, from the moment of the report on; undefined while that cannot be said. */
export const copyEnd = (state: RunState, alive: boolean | undefined, report: LiveReport): Band | undefined =>
  throttledOf(state.tuning, report.waits).throttled === undefined ? etaBand(movingSamples(state, alive, report)) : undefined;

/** None of a copy that stands still because the run is paused, has failed, or has no runner. */
const movingSamples = ({status}: RunState, alive: boolean | undefined, {samples}: LiveReport): LiveReport['samples'] =>
  status === 'running' && alive !== false ? samples : [];
