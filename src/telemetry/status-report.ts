import {etaMs} from './eta.ts';
import type {CopySample} from './eta.ts';
import type {Telemetry} from './telemetry.ts';

export type StatusReport = {
  readonly gauges: ReturnType<Telemetry['read']>;
  /** Since the runner started. */
  readonly elapsedMs: number;
  /** Why the copy is slowed down, measured value against limit: `lag 1.55s > 1.00s`. */
  readonly throttled?: string;
  /** How far the copy was at a few recent moments, oldest first. */
  readonly samples?: readonly CopySample[];
};

/**
 * The status in one line. Its shape is the same for ever, so that people can search their logs for it: every part is
 * always there, with `-` for what is not known yet; only `throttled` and `ETA` come and go, at the end.
 */
export function statusLine(report: StatusReport): string {
  const {gauges, elapsedMs} = report;
  return [
    `copy ${count(gauges.rowsCopied)}/${count(gauges.rowsTotal)} ${percent(gauges.rowsCopied, gauges.rowsTotal)}`,
    `applied ${count(gauges.changesApplied)}`,
    `lag ${gauges.lagMs === undefined ? '-' : `${(gauges.lagMs / 1000).toFixed(1)}s`}`,
    `backlog ${bytes(gauges.backlogBytes)}`,
    duration(elapsedMs),
    ...outlook(report),
  ].join(' | ');
}

/** While it is throttled, the reason stands where a guess would be worthless. */
function outlook({gauges, throttled, samples = []}: StatusReport): readonly string[] {
  if (throttled !== undefined) return [`throttled: ${throttled}`];
  const eta = etaMs(samples, gauges.rowsTotal);
  return eta === undefined ? [] : [`ETA ~${duration(eta)}`];
}

/** Rounded down: 100 % is shown when nothing is missing, not when little is. The total is an estimate and may be too low. */
function percent(done: number | undefined, total: number | undefined): string {
  if (done === undefined || total === undefined || total <= 0) return '-';
  return `${(Math.floor(Math.min(1, done / total) * 1000) / 10).toFixed(1)}%`;
}

const count = (value: number | undefined) => (value === undefined ? '-' : scaled(value, 1000, ['', 'k', 'M', 'G', 'T']));

const bytes = (value: number | undefined) => (value === undefined ? '-' : scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']));

/** `390k`, `31.3M`: one decimal from the millions on, and for small amounts of a unit. */
function scaled(value: number, base: number, units: readonly string[]): string {
  let [amount, power] = [value, 0];
  // Compared after rounding, so that 999 999 is a million and not a thousand thousands.
  while (Math.round(amount) >= base && power < units.length - 1) [amount, power] = [amount / base, power + 1];
  const decimals = power === 0 || (power === 1 && amount >= 10) ? 0 : 1;
  return `${amount.toFixed(decimals)}${units[power] ?? ''}`;
}

/** Two units at most: `42s`, `12m05s`, `2h06m`, `3d04h`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return pair(seconds, 60, 'm', 's');
  if (seconds < 86_400) return pair(Math.floor(seconds / 60), 60, 'h', 'm');
  return pair(Math.floor(seconds / 3600), 24, 'd', 'h');
}

const pair = (value: number, size: number, large: string, small: string) =>
  `${Math.floor(value / size)}${large}${String(value % size).padStart(2, '0')}${small}`;
