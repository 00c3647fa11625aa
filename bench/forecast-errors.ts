/** What was forecast beside what it took, phase by phase and in sum. */
import type {ForecastReport} from '../src/report/forecast.ts';
import {median} from './measurement.ts';

/** `error`: what it took over the forecast, less one; 0.2 is a fifth longer than forecast. */
export type ForecastError = {
  readonly seed: number;
  readonly factor: number;
  readonly what: string;
  readonly forecastMs: number;
  readonly ms: number;
  readonly error: number;
};

const SUM = 'all phases';
const PHASE = 'phase ';

export function errorsOf({seed, factor, report}: {seed: number; factor: number; report: ForecastReport}): readonly ForecastError[] {
  const lines = report.lines.flatMap(({what, forecastMs, ms}) => (ms === null ? [] : [{what, forecastMs, ms}]));
  const phases = lines.filter(({what}) => what.startsWith(PHASE));
  const sum = (of: 'forecastMs' | 'ms') => phases.reduce((all, line) => all + line[of], 0);
  return [...lines, {what: SUM, forecastMs: sum('forecastMs'), ms: sum('ms')}].map((line) => ({
    ...{seed, factor, ...line},
    error: line.forecastMs === 0 ? 0 : line.ms / line.forecastMs - 1,
  }));
}

/** Medians over the seeds, and every seed's own error. */
export function forecastTable(errors: readonly ForecastError[]): string {
  const groups = Map.groupBy(errors, ({factor, what}) => `${factor} ${what}`);
  const rows = [...groups.values()].map((group) => [
    `${group[0]?.factor ?? 0} x`,
    group[0]?.what ?? '',
    `${(median(group.map(({forecastMs}) => forecastMs)) / 1000).toFixed(1)} s`,
    `${(median(group.map(({ms}) => ms)) / 1000).toFixed(1)} s`,
    percent(median(group.map(({error}) => error))),
    group.map(({error}) => percent(error)).join(', '),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const HEAD = ['size', 'what', 'forecast', 'took', 'error, median', 'of each seed'];

const percent = (part: number): string => {
  const whole = Math.round(100 * part);
  return `${whole < 0 ? '-' : '+'}${Math.abs(whole)} %`;
};
