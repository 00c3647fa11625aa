import type {Tuning} from '../model/tuning.ts';
import {UNTUNED} from '../model/tuning.ts';
import type {Entry, Signal} from './journal.ts';
import {isOf} from './recorded.ts';

export type TuningOnRecord = Tuning & {
  /** Who asked for the newest change of a throttle; undefined while nothing is throttled. */
  readonly throttledBy: {readonly actor: string; readonly at: string; readonly reason: string | undefined} | undefined;
};

/** What operators have set so far. It outlives runners; an amended plan's `load.parallel` counts more than what was set before it. */
export function tuningOf(entries: readonly Entry[]): TuningOnRecord {
  let tuning: TuningOnRecord = {...UNTUNED, throttledBy: undefined};
  for (const entry of entries) {
    if (isOf(entry, 'plan-amended')) tuning = {...tuning, parallel: undefined};
    if (isOf(entry, 'signal'))
      tuning = tunedBy(entry.fact.signal, tuning, {actor: entry.fact.actor.name, at: entry.at, reason: entry.fact.reason});
  }
  return tuning;
}

function tunedBy(signal: Signal, before: TuningOnRecord, by: NonNullable<TuningOnRecord['throttledBy']>): TuningOnRecord {
  const tuning = tunedTo(signal, before);
  if (tuning.throttle === before.throttle) return {...tuning, throttledBy: before.throttledBy};
  const isThrottled = tuning.throttle.copy > 0 || tuning.throttle.verify > 0;
  return {...tuning, throttledBy: isThrottled ? by : undefined};
}

function tunedTo(signal: Signal, before: Tuning): Tuning {
  const {throttle, parallel} = before;
  if (signal.type === 'throttle') return {throttle: {copy: signal.percent, verify: signal.percent}, parallel};
  if (signal.type === 'unthrottle') return {throttle: UNTUNED.throttle, parallel};
  if (signal.type !== 'set') return {throttle, parallel};
  if (signal.key === 'load.parallel') return {throttle, parallel: signal.value};
  return {throttle: {...throttle, [signal.key === 'throttle.copy' ? 'copy' : 'verify']: signal.value}, parallel};
}
