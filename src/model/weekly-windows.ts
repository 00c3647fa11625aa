/**
 * Hours of the wall clock in a time zone, so that daylight saving moves them with the people. A window that ends before it
 * begins goes over midnight and belongs to the day it began on. An hour that a clock jumps over never comes; one that it
 * shows twice counts twice.
 */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** `from` and `to` in minutes of the day; the last minute does not count. */
export type WeeklyWindow = {readonly days: readonly Day[]; readonly from: number; readonly to: number};
export type WallClock = {readonly day: Day; readonly minute: number; readonly text: string};

export const isWithin = ({days, from, to}: WeeklyWindow, {day, minute}: Pick<WallClock, 'day' | 'minute'>): boolean => {
  const yesterday = DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length];
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (yesterday !== undefined && days.includes(yesterday) && minute < to);
};

/** `sat 02:30`. */
export function wallClock(now: Date, zone: string): WallClock {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(now)
      .map(({type, value}) => [type, value]),
  );
  const day = DAYS.find((one) => one === part['weekday']?.toLowerCase());
  const [hour, minute] = [Number(part['hour']), Number(part['minute'])];
  if (day === undefined || !Number.isInteger(hour) || !Number.isInteger(minute)) throw new Error(`the time in ${zone} could not be read`);
  return {day, minute: hour * 60 + minute, text: `${day} ${part['hour']}:${part['minute']}`};
}

/** `02:30`; undefined when the text is none. */
export function minuteOf(text: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined || minute === undefined ? undefined : Number(hour) * 60 + Number(minute);
}

export const windowWords = ({days, from, to}: WeeklyWindow): string =>
  `${days.length === DAYS.length ? 'daily' : days.join(', ')} ${clock(from)} to ${clock(to)}`;

const clock = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const two = (value: number): string => String(value).padStart(2, '0');

/** Costly to make, and asked for minute by minute. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
  formats.set(zone, made);
  return made;
}
