/** A route row as both engines answer it: every column as text. */
import {monotonicMs} from './clock.ts';
import {holdUntil, type Route} from './route-choice.ts';

/** `hold_ms`: what is left of a hold, by the database's own clock. */
export type RouteColumns = Readonly<Record<'migration' | 'epoch' | 'version' | 'side' | 'state' | 'read_percent', string>> & {
  readonly hold_ms: string | null;
  /** Absent where a route has no such column: before an upgrade, and on engines without such reads. */
  readonly shadow_percent?: string | null;
};

export const routeFrom = (row: RouteColumns): Route => ({
  migration: row.migration,
  epoch: Number(row.epoch),
  version: Number(row.version),
  side: row.side === 'target' ? 'target' : 'source',
  state: row.state === 'hold' ? 'hold' : 'open',
  holdUntilMs: row.state === 'hold' ? holdUntil(monotonicMs(), row.hold_ms === null ? undefined : Number(row.hold_ms)) : 0,
  readPercent: Number(row.read_percent),
  shadowPercent: typeof row.shadow_percent === 'string' ? Number(row.shadow_percent) : undefined,
});
