import type {RouteRow} from '../model/route.ts';

/** Crossfade's own schema on a side. */
export interface Control {
  install(): Promise<void>;
  isInstalled(): Promise<boolean>;
  /** Takes the migration's lock on this server, or says who holds it. The lock lives as long as its session. */
  lock(
    holder: string,
  ): Promise<
    | {readonly ok: true; readonly epoch: number; readonly migration: string | undefined}
    | {readonly ok: false; readonly holder: string; readonly since: string}
  >;
  /** Makes `epoch` current here: old sessions are ended, open chunks and progress rows are raised (R4, K3). */
  raiseEpoch(epoch: number, holder: string): Promise<void>;
  /** The epoch that is current here; undefined before the first lease. */
  epoch(): Promise<number | undefined>;
  /** Rejects when the session that holds the lock has ended. */
  lost(): Promise<never>;
  mirror(entry: {readonly seq: number; readonly hash: string; readonly body: string}): Promise<void>;
  mirrored(): Promise<{readonly seq: number; readonly hash: string; readonly body: string}[]>;
  /** Puts these in the place of everything mirrored here: only `adopt`, which has just read them all. */
  replaceMirror(entries: readonly {readonly seq: number; readonly hash: string; readonly body: string}[]): Promise<void>;
  /** The unfinished migration of this name that the server knows, if it knows one. */
  known(): Promise<{readonly id: string; readonly epoch: number} | undefined>;
  readRoute(): Promise<RouteRow | undefined>;
  /** Assigns the version: one above what this side has, and at least `versionMin`. Refused when a newer epoch wrote. */
  writeRoute(route: Omit<RouteRow, 'version'> & {readonly versionMin?: number}): Promise<void>;
  /** Removes everything of this migration, and the schema when no other migration is left. */
  remove(): Promise<void>;
  /** The migration is over here. */
  isFinished(): Promise<boolean>;
  /** Marks the migration as over; fence and route stay as they are. */
  finish(): Promise<void>;
}
