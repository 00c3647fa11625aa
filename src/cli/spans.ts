/** Spans of time in whole units that a person can grasp: `42s`, `12m`, `5h`, `3d`. */
import {formatDuration} from '../plan/duration.ts';

/** Time since an entry, rounded down. */
export const since = (at: string, now: Date): string => wholeUnits(Math.round((now.getTime() - Date.parse(at)) / 1000));

/** Time left until a moment; `1s` in its last second. */
export const remaining = (until: string, now: Date): string => wholeUnits(Math.ceil((Date.parse(until) - now.getTime()) / 1000));

const UNITS_S = [86_400, 3_600, 60];

function wholeUnits(seconds: number): string {
  const unit = UNITS_S.find((candidate) => seconds >= 2 * candidate) ?? 1;
  return formatDuration(Math.floor(Math.max(0, seconds) / unit) * unit * 1000);
}
