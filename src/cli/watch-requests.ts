/** What the keys of the live view ask the runner for. All of it is mild and can be taken back, so nobody is asked twice. */
import type {Signal} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {tuningReason} from './tuning-reason.ts';
import type {Request} from './watch-screen.ts';

/** The other requests are for the view itself. */
export type Asked = Exclude<Request, 'detach' | 'interrupt'>;

const FULL = 100;
/** Of the time, per press. */
const PACE_STEP = 10;

/** The signal to record, or words that say why there is none. */
export function signalFor(asked: Asked, state: Pick<RunState, 'isFinal' | 'status' | 'isPauseRequested' | 'tuning'>): Signal | string {
  if (state.isFinal) return `the run is ${state.status}`;
  switch (asked) {
    case 'pause':
      return state.isPauseRequested ? 'a pause was asked for already' : {type: 'pause'};
    case 'resume':
      return state.isPauseRequested ? {type: 'resume'} : 'no pause was asked for';
    case 'throttle':
      return throttledTo(percentOf(state) > 0 ? 0 : FULL);
    case 'faster':
      return percentOf(state) > 0 ? throttledTo(percentOf(state) - PACE_STEP) : 'nothing is throttled: it goes as fast as it can';
    case 'slower':
      return percentOf(state) < FULL ? throttledTo(percentOf(state) + PACE_STEP) : 'it is throttled to a standstill already';
  }
}

/** Copying and comparing may be set apart by `crossfade set`; the keys know the slower of them. */
const percentOf = ({tuning: {throttle}}: Pick<RunState, 'tuning'>): number => Math.max(throttle.copy, throttle.verify);

const throttledTo = (percent: number): Signal =>
  percent <= 0 ? {type: 'unthrottle'} : {type: 'throttle', percent: Math.min(FULL, percent)};

/** A key gives no reason; undefined where none is needed, as for what makes the run quicker. */
export const unexplainedWords = (signal: Signal, state: Pick<RunState, 'plan' | 'tuning'>): string | undefined =>
  signal.type === 'throttle' && signal.percent > percentOf(state) && tuningReason(state) === 'required'
    ? `this plan wants to know why: crossfade throttle ${signal.percent} --reason TEXT`
    : undefined;

/** As the line below the picture names it. */
export const requestWords = (signal: Signal): string => (signal.type === 'throttle' ? `throttle ${signal.percent}%` : signal.type);
