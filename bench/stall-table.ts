/** The table of a stall series: what the clients waited, and what each step of a cutover took of it. */
import type {Attempt} from './stall-steps.ts';

export type Figures = {readonly n: number; readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number};
export type Line = {readonly what: string} & Figures;

/** Milliseconds. */
export function figuresOf(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? NaN;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return {n: sorted.length, mean, p50: at(0.5), p99: at(0.99), max: at(1)};
}

/** In the order in which they happen; a step that no attempt had is left out. */
export function stepLines(attempts: readonly Attempt[]): Line[] {
  const names = [...new Set(attempts.flatMap(({steps}) => Object.keys(steps)))];
  return [
    ...names.map((what) => ({what: `  ${what}`, ...figuresOf(attempts.flatMap(({steps}) => steps[what] ?? []))})),
    {what: '  between the steps', ...figuresOf(attempts.map(({betweenMs}) => betweenMs))},
    {what: '  hold to route', ...figuresOf(attempts.map(({held}) => held.toMs - held.fromMs))},
  ];
}

export function textOf(lines: readonly Line[]): string {
  const rows = [['ms', 'n', 'mean', 'p50', 'p99', 'max'], ...lines.map((line) => [line.what, String(line.n), ...numbers(line)])];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ')).join('\n');
}

const numbers = ({mean, p50, p99, max}: Figures): string[] => [mean, p50, p99, max].map((value) => value.toFixed(1));
