/**
 * How long the application waited at each switch, and whether two sides ever took writes at once: from the clients' own
 * logs alone. Pure.
 */
import type {Attempt, End} from './client-log.ts';

/** When a switch was asked for and when it was over, as the demo saw it: milliseconds since 1970. */
export type SwitchWindow = {readonly direction: 'forward' | 'reverse'; readonly fromMs: number; readonly toMs: number};

export type Stall = {readonly direction: SwitchWindow['direction']; readonly maxStallMs: number; readonly p99StallMs: number};

type Ok = Extract<End, {type: 'ok'}>;
type Wait = {readonly fromMs: number; readonly toMs: number; readonly side: number};

/**
 * The waits that touch the window: from sending a transaction until one is acknowledged, failed tries in between
 * included. `maxStallMs` is the longest, `p99StallMs` the 99th percentile of all transactions in the window.
 */
export function stalls(clients: readonly (readonly Attempt[])[], windows: readonly SwitchWindow[]): Stall[] {
  const waits = clients.flatMap(waitsOf);
  return windows.map(({direction, fromMs, toMs}) => {
    const own = waits.filter((wait) => wait.toMs > fromMs && wait.fromMs < toMs).map((wait) => wait.toMs - wait.fromMs);
    return {direction, maxStallMs: percentile(own, 1), p99StallMs: percentile(own, 0.99)};
  });
}

/** Between two acknowledgements of one client, its own pauses included. */
export function longestGapMs(clients: readonly (readonly Attempt[])[]): number {
  const gaps = clients.flatMap((attempts) => {
    const ends = attempts.map(({end}) => end).filter(isOk);
    return ends.slice(1).map(({atMs}, index) => atMs - (ends[index]?.atMs ?? atMs));
  });
  return percentile(gaps, 1);
}

/** What breaks "one open side at a time"; empty when nothing does. `firstSide`: the port of the source. */
export function sideFaults(clients: readonly (readonly Attempt[])[], switches: number, firstSide: number): string[] {
  const runs = clients.map((attempts) => sideRuns(waitsOf(attempts)));
  const faults = runs.flatMap((own, index) => {
    if (own[0] && own[0][0]?.side !== firstSide) return [`log ${index}: its first write was not on the source`];
    return own.length > switches + 1 ? [`log ${index}: ${own.length - 1} changes of side for ${switches} switches`] : [];
  });
  return [...faults, ...overlaps(runs.filter((own) => own.length === switches + 1))];
}

/** After somebody was served by the new side, nothing that began later may be served by the old one. */
function overlaps(runs: readonly (readonly (readonly Wait[])[])[]): string[] {
  const parts = runs[0]?.length ?? 0;
  const faults: string[] = [];
  for (let part = 0; part + 1 < parts; part += 1) {
    const lastBegun = Math.max(...runs.map((own) => own[part]?.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY));
    const firstServed = Math.min(...runs.map((own) => own[part + 1]?.[0]?.toMs ?? Number.POSITIVE_INFINITY));
    if (lastBegun > firstServed)
      faults.push(`switch ${part + 1}: the old side served a write begun ${(lastBegun - firstServed).toFixed(1)} ms after the new one had`);
  }
  return faults;
}

function waitsOf(attempts: readonly Attempt[]): Wait[] {
  const waits: Wait[] = [];
  let fromMs: number | undefined;
  for (const {invoke, end} of attempts) {
    fromMs ??= invoke.atMs;
    if (!isOk(end)) continue;
    waits.push({fromMs, toMs: end.atMs, side: end.side});
    fromMs = undefined;
  }
  return waits;
}

const isOk = (end: End | undefined): end is Ok => end?.type === 'ok';

function sideRuns(waits: readonly Wait[]): Wait[][] {
  const runs: Wait[][] = [];
  for (const wait of waits) {
    const last = runs.at(-1);
    if (last?.[0]?.side === wait.side) last.push(wait);
    else runs.push([wait]);
  }
  return runs;
}

/** Nearest rank, rounded to a tenth. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? 0) * 10) / 10;
}
