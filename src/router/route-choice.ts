/**
 * Which side the application talks to, decided from what the route rows of both sides say. Pure: time comes in as an
 * argument. A wrong answer costs an error or a wait, never data: the fence in the closed database refuses.
 */
import type {Side} from '../model/side.ts';

export type Route = {
  /** The migration whose row this is; undefined before any migration was prepared. */
  readonly migration: string | undefined;
  readonly epoch: number;
  /** Counts the writes of the row within a migration: an aborted attempt opens again with the epoch of its hold. */
  readonly version: number;
  readonly side: Side;
  readonly state: 'open' | 'hold';
  /** On the router's monotonic clock; a hold ends by itself then, whoever died. */
  readonly holdUntilMs: number;
  /** Of the reads, how many the target may answer while the source is open. */
  readonly readPercent: number;
  /** Of the reads, how many are tried on both sides; undefined while writes leave no token in the outbox. */
  readonly shadowPercent: number | undefined;
};

/** What one side last said; `unread` while it cannot be asked. No rows: nothing was prepared there. */
export type Reading = {readonly kind: 'unread'} | {readonly kind: 'rows'; readonly routes: readonly Route[]};

export type Readings = Readonly<Record<Side, Reading>>;

/** Before a migration is prepared there is no row, and everything goes to the source. */
export const UNPREPARED: Route = {
  migration: undefined,
  epoch: -1,
  version: -1,
  side: 'source',
  state: 'open',
  holdUntilMs: 0,
  readPercent: 0,
  shadowPercent: undefined,
};

/** Longest wait for one hold, also where the row names no end; longer than the hard limit of any cutover. */
export const HOLD_MS_MAX = 30_000;

/**
 * The newest row of both sides and of what is known already: a side that is down, behind, or restored from an older
 * backup never leads back. Only when both sides answer and neither has the row any more is it forgotten.
 */
export function chooseRoute(known: Route, readings: Readings): Route {
  const seen = [...routesOf(readings.source), ...routesOf(readings.target)];
  const start = isForgotten(known, readings, seen) ? UNPREPARED : known;
  return seen.reduce((newest, route) => (isNewer(route, newest) ? route : newest), start);
}

/** A hold whose time is over counts as open on its side: from then on the fence decides. */
export const isHeld = (route: Route, nowMs: number): boolean => route.state === 'hold' && nowMs < route.holdUntilMs;

/** How long a hold may last from now, given what the database answered as its rest. */
export function holdUntil(nowMs: number, remainingMs: number | undefined): number {
  const rest = remainingMs === undefined || !Number.isFinite(remainingMs) ? HOLD_MS_MAX : remainingMs;
  return nowMs + Math.min(Math.max(rest, 0), HOLD_MS_MAX);
}

export const isNewer = (a: Route, b: Route): boolean => a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);

export const isSame = (a: Route, b: Route): boolean => a.migration === b.migration && a.epoch === b.epoch && a.version === b.version;

const routesOf = (reading: Reading): readonly Route[] => (reading.kind === 'rows' ? reading.routes : []);

const isForgotten = (known: Route, readings: Readings, seen: readonly Route[]): boolean =>
  readings.source.kind === 'rows' && readings.target.kind === 'rows' && !seen.some((route) => route.migration === known.migration);
