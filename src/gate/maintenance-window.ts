/** Open at hours of the wall clock in a time zone; a window over midnight belongs to the day it began on. */
import {DAYS, isWithin, minuteOf, wallClock, windowWords, type Day, type WeeklyWindow} from '../model/weekly-windows.ts';
import type {Gate, Measures} from './gate.ts';
import {textSetting, textsSetting} from './gate-settings.ts';

type Window = WeeklyWindow & {readonly zone: string};

export const maintenanceWindow: Gate = {
  isOfTheMoment: true,
  limits: (measures) => words(windowOf(measures)),
  async check(measures) {
    const window = windowOf(measures);
    const now = wallClock(measures.now(), window.zone);
    return {go: isWithin(window, now), evidence: `${now.text} in ${window.zone} (${words(window)})`};
  },
};

const windowOf = ({settings}: Pick<Measures, 'settings'>): Window => ({
  days: settings['days'] === undefined ? DAYS : textsSetting(settings, 'days').map(dayOf),
  from: timeOf(textSetting(settings, 'from')),
  to: timeOf(textSetting(settings, 'to')),
  zone: textSetting(settings, 'zone'),
});

function timeOf(text: string): number {
  const minute = minuteOf(text);
  if (minute === undefined) throw new Error(`${text} is no time such as 02:30`);
  return minute;
}

function dayOf(text: string): Day {
  const day = DAYS.find((one) => one === text);
  if (day === undefined) throw new Error(`${text} is none of ${DAYS.join(', ')}`);
  return day;
}

const words = (window: Window): string => `open ${windowWords(window)} ${window.zone}`;
