import {throttleOf, UNTUNED, type SettingValue, type Tuning} from '../model/tuning.ts';
import type {Entry, Signal} from './journal.ts';
import {isOf} from './recorded.ts';

export type SetBy = {readonly actor: string; readonly at: string; readonly reason: string | undefined};

export type TuningOnRecord = Tuning & {
  /** Who asked for the newest change of a throttle; undefined while nothing is throttled. */
  readonly throttledBy: SetBy | undefined;
  /** Who set what else counts instead of the plan, by its key. */
  readonly setBy: Readonly<Record<string, SetBy>>;
};

/** What operators have set so far. It outlives runners; what an amended plan says of load and throttles counts more than what was set before it. */
export function tuningOf(entries: readonly Entry[]): TuningOnRecord {
  let tuning: TuningOnRecord = {...UNTUNED, throttledBy: undefined, setBy: {}};
  for (const entry of entries) {
    if (isOf(entry, 'plan-amended')) tuning = {throttle: tuning.throttle, parallel: undefined, throttledBy: tuning.throttledBy, setBy: {}};
    if (isOf(entry, 'signal'))
      tuning = tunedBy(entry.fact.signal, tuning, {actor: entry.fact.actor.name, at: entry.at, reason: entry.fact.reason});
  }
  return tuning;
}

function tunedBy(signal: Signal, before: TuningOnRecord, by: SetBy): TuningOnRecord {
  const tuning = tunedTo(signal, before);
  if (tuning.throttle === before.throttle) return {...tuning, throttledBy: before.throttledBy, setBy: setByOf(signal, before.setBy, by)};
  const isThrottled = tuning.throttle.copy > 0 || tuning.throttle.verify > 0;
  return {...tuning, throttledBy: isThrottled ? by : undefined, setBy: before.setBy};
}

function setByOf(signal: Signal, before: TuningOnRecord['setBy'], by: SetBy): TuningOnRecord['setBy'] {
  if (signal.type !== 'set') return before;
  const others = Object.fromEntries(Object.entries(before).filter(([key]) => key !== signal.key));
  return signal.value === 'plan' ? others : {...others, [signal.key]: by};
}

function tunedTo(signal: Signal, before: Tuning): Tuning {
  if (signal.type === 'throttle') return {...before, throttle: {copy: signal.percent, verify: signal.percent}};
  if (signal.type === 'unthrottle') return {...before, throttle: UNTUNED.throttle};
  return signal.type === 'set' ? setTo(signal, before) : before;
}

function setTo({key, value}: Extract<Signal, {type: 'set'}>, before: Tuning): Tuning {
  const name = throttleOf(key);
  if (name !== undefined) return {...before, limits: limitsWith(name, value, before.limits)};
  if (typeof value !== 'number') return before; // no version writes it
  if (key === 'load.parallel') return {...before, parallel: value};
  if (key === 'load.chunk') return {...before, chunkBytes: value};
  return {...before, throttle: {...before.throttle, [key === 'throttle.copy' ? 'copy' : 'verify']: value}};
}

const limitsWith = (name: string, value: SettingValue, before: NonNullable<Tuning['limits']> = {}) => {
  const others = Object.fromEntries(Object.entries(before).filter(([known]) => known !== name));
  return value === 'plan' ? others : {...others, [name]: value};
};
