import {bytes, count, duration, span} from '../model/amounts.ts';
import {etaBand} from './eta.ts';
import type {CopySample, Telemetry} from './telemetry.ts';

export type StatusReport = {
  readonly gauges: ReturnType<Telemetry['read']>;
  /** Since the runner started. */
  readonly elapsedMs: number;
  /** Why the copy is slowed down, measured value against limit: `lag 1.55s > 1.00s`. */
  readonly throttled?: string;
  /** How far the copy was since it began, oldest first. */
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
function outlook({throttled, samples = []}: StatusReport): readonly string[] {
  if (throttled !== undefined) return [`throttled: ${throttled}`];
  const eta = etaBand(samples);
  return eta === undefined ? [] : [`ETA ~${span(eta.lowMs, eta.highMs)}`];
}

/** Rounded down: 100 % is shown when nothing is missing, not when little is. The total is an estimate and may be too low. */
function percent(done: number | undefined, total: number | undefined): string {
  if (done === undefined || total === undefined || total <= 0) return '-';
  return `${(Math.floor(Math.min(1, done / total) * 1000) / 10).toFixed(1)}%`;
}
