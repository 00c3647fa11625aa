/**
 * Open at hours of the wall clock in a time zone, so that daylight saving moves the window with the people. A window
 * that ends before it begins goes over midnight and belongs to the day it began on.
 */
import type {Gate, Measures} from './gate.ts';
import {textSetting, textsSetting} from './gate-settings.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];
type Window = {readonly days: readonly Day[]; readonly from: number; readonly to: number; readonly zone: string};

export const maintenanceWindow: Gate = {
  isOfTheMoment: true,
  limits: (measures) => words(windowOf(measures)),
  async check(measures) {
    const window = windowOf(measures);
    const {day, minute, text} = wallClock(measures.now(), window.zone);
    return {go: isOpen(window, day, minute), evidence: `${text} in ${window.zone} (${words(window)})`};
  },
};

function isOpen({days, from, to}: Window, day: Day, minute: number): boolean {
  const yesterday = DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length];
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (yesterday !== undefined && days.includes(yesterday) && minute < to);
}

function wallClock(now: Date, zone: string): {readonly day: Day; readonly minute: number; readonly text: string} {
  const parts = new Intl.DateTimeFormat('en-US', {timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
  const part = Object.fromEntries(parts.formatToParts(now).map(({type, value}) => [type, value]));
  const day = DAYS.find((one) => one === part['weekday']?.toLowerCase());
  const [hour, minute] = [Number(part['hour']), Number(part['minute'])];
  if (day === undefined || !Number.isInteger(hour) || !Number.isInteger(minute)) throw new Error(`the time in ${zone} could not be read`);
  return {day, minute: hour * 60 + minute, text: `${day} ${part['hour']}:${part['minute']}`};
}

const windowOf = ({settings}: Pick<Measures, 'settings'>): Window => ({
  days: settings['days'] === undefined ? DAYS : textsSetting(settings, 'days').map(dayOf),
  from: minuteOf(textSetting(settings, 'from')),
  to: minuteOf(textSetting(settings, 'to')),
  zone: textSetting(settings, 'zone'),
});

function minuteOf(text: string): number {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) throw new Error(`${text} is no time such as 02:30`);
  return Number(hour) * 60 + Number(minute);
}

function dayOf(text: string): Day {
  const day = DAYS.find((one) => one === text);
  if (day === undefined) throw new Error(`${text} is none of ${DAYS.join(', ')}`);
  return day;
}

const words = ({days, from, to, zone}: Window): string =>
  `open ${days.length === DAYS.length ? 'daily' : days.join(', ')} ${clock(from)} to ${clock(to)} ${zone}`;
const clock = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
const two = (value: number): string => String(value).padStart(2, '0');
