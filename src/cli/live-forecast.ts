/** While a run goes on: what its rehearsal let expect of each phase, beside what the phase took or has taken so far. */
import type {Entry} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {duration} from '../model/amounts.ts';
import {attemptsOf} from '../report/attempts.ts';
import {type ForecastLine, type ForecastReport, forecastReportOf} from '../report/forecast.ts';
import {visitsOf} from '../report/visits.ts';

export type LiveForecast = Omit<ForecastReport, 'lines'> & {readonly lines: readonly LiveLine[]};
/** `soFarMs`: of the phase that the run is in for the first time; null of all others. */
export type LiveLine = ForecastLine & {readonly soFarMs: number | null};

/** Null where no gate was passed with a rehearsal. */
export function liveForecast(entries: readonly Entry[], state: RunState, now: Date): LiveForecast | null {
  const visits = visitsOf(entries);
  const forecast = forecastReportOf(entries, visits, attemptsOf(visits));
  if (!forecast) return null;
  const open = state.isFinal ? undefined : visits.findLast(({endedAt}) => endedAt === null);
  const soFar = (what: string): number | null =>
    open && what === `phase ${open.phase}` ? Math.max(0, now.getTime() - Date.parse(open.startedAt)) : null;
  return {...forecast, lines: forecast.lines.map((line) => ({...line, soFarMs: line.ms === null ? soFar(line.what) : null}))};
}

/** `initial-load 52s of ~40s, verify-data 3s so far of ~12s, cutover ~1s`. */
export const forecastWords = ({lines}: LiveForecast): string =>
  lines.map((line) => `${line.what.replace(/^phase /, '')} ${lineWords(line)}`).join(', ');

/** `~40s`; empty where nothing was forecast. */
export function expectedOf(forecast: LiveForecast | null, phase: string): string {
  const line = forecast?.lines.find(({what}) => what === `phase ${phase}`);
  return line ? expected(line) : '';
}

function lineWords(line: LiveLine): string {
  const {ms, soFarMs} = line;
  if (ms !== null) return `${short(ms)} of ${expected(line)}`;
  return soFarMs === null ? expected(line) : `${short(soFarMs)} so far of ${expected(line)}`;
}

const expected = ({forecastMs}: LiveLine): string => `~${short(forecastMs)}`;

/** A hold lasts less than a second. */
const short = (ms: number): string => (ms < 1000 ? `${Math.round(ms)}ms` : duration(ms));
