/** Work only at hours of the wall clock in a time zone. When they begin next is told; whoever cannot wait sets it off. */
import {DAYS, isWithin, minuteOf, wallClock, windowWords, type Day, type WeeklyWindow} from '../model/weekly-windows.ts';
import {list, text, unreadable} from './read-settings.ts';
import type {Gauged} from './throttle.ts';

const MINUTE_MS = 60_000;
/** A window that does not come within so long never does. */
const AHEAD_MINUTES_MAX = 8 * 24 * 60;

export const schedule: Gauged = (settings, {clock}) => {
  const zone = text(settings, 'zone');
  const windows = list(settings, 'windows').map(windowOf);
  let opens: Date | undefined;
  return {
    max: undefined,
    async measure() {
      const now = clock.now();
      const {text: shown, ...time} = wallClock(now, zone);
      const isOpen = windows.some((one) => isWithin(one, time));
      const words = `${shown} in ${zone} (${windows.map(windowWords).join('; ')})`;
      if (isOpen) return {go: true, words};
      if (!opens || opens <= now) opens = nextOpening(windows, zone, now);
      return {go: false, words: `${words}, opens ${opens?.toISOString() ?? 'never'}`, owner: 'nobody: it is a matter of time'};
    },
  };
};

/** The first minute of it; clocks that are put forward or back are asked, minute by minute. */
export function nextOpening(windows: readonly WeeklyWindow[], zone: string, now: Date): Date | undefined {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  for (let ahead = 1; ahead <= AHEAD_MINUTES_MAX; ahead++) {
    const then = new Date((minute + ahead) * MINUTE_MS);
    const time = wallClock(then, zone);
    if (windows.some((one) => isWithin(one, time))) return then;
  }
  return undefined;
}

export function windowOf(value: unknown): WeeklyWindow {
  const settings =
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : unreadable('windows', 'a list of from and to');
  const days = list(settings, 'days').map((day): Day => DAYS.find((one) => one === day) ?? unreadable('days', DAYS.join(', ')));
  return {days: days.length > 0 ? days : DAYS, from: timeOf(settings, 'from'), to: timeOf(settings, 'to')};
}

const timeOf = (settings: Readonly<Record<string, unknown>>, key: string): number =>
  minuteOf(text(settings, key)) ?? unreadable(key, 'a time such as 02:30');
