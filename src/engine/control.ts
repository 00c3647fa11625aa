import type {RouteRow} from '../model/route.ts';

/**
 * A journal entry as a side keeps it: `body` is its JSON, read and judged by `journal/mirrored.ts`. `history`: of one that
 * is kept, what `Control.history` said when it came.
 */
export type MirroredEntry = {readonly seq: number; readonly hash: string; readonly body: string; readonly history?: string};

/** The session that holds a migration's lock. */
export type LeaseHolder = {
  /** The server's number of it. */
  readonly session: number;
  /** Who took the lease, as it said: person, machine, process. */
  readonly holder: string;
  /** When the session began, and from which address, as the server sees it. */
  readonly since: string;
  readonly address: string;
};

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
  /** Who holds it, asked from outside; undefined when nobody does. */
  holder(): Promise<LeaseHolder | undefined>;
  /** Ends that session if it still holds the lock, and answers whether it did and is gone. Only `unlock`. */
  endHolder(holder: LeaseHolder): Promise<boolean>;
  /** Makes `epoch` current here: old sessions are ended, open chunks and progress rows are raised (R4, K3). */
  raiseEpoch(epoch: number, holder: string): Promise<void>;
  /** The epoch that is current here; undefined before the first lease. */
  epoch(): Promise<number | undefined>;
  /** Rejects when the session that holds the lock has ended. */
  lost(): Promise<never>;
  /** Adds journal entries to the copy that this side keeps; those that are here already stay. CF-LEASE-002 when `epoch` is not current here. */
  mirror(entries: readonly MirroredEntry[], epoch: number): Promise<void>;
  /** The copy, by number; empty when there is none. */
  mirrored(): Promise<readonly MirroredEntry[]>;
  /**
   * Names the server's history: another one after a promotion, when commits that it had acknowledged may be missing.
   * Absent where an engine does not tell.
   */
  history?(): Promise<string>;
  /** Puts these in the place of the whole copy: only `adopt`, when somebody has said which copy is to be believed. */
  replaceMirror(entries: readonly MirroredEntry[]): Promise<void>;
  /** The unfinished migration of this name that the server knows, if it knows one. */
  known(): Promise<{readonly id: string; readonly epoch: number} | undefined>;
  readRoute(): Promise<RouteRow | undefined>;
  /** Assigns the version: one above what this side has, and at least `versionMin`. Refused when a newer epoch wrote. */
  writeRoute(route: Omit<RouteRow, 'version'> & {readonly versionMin?: number}): Promise<void>;
  /** Removes everything of this migration, and the schema when no other migration is left. */
  remove(): Promise<void>;
  /** The migration is over here. */
  isFinished(): Promise<boolean>;
  /** Marks the migration as over, and forgets the keys of single rows; fence and route stay as they are. */
  finish(): Promise<void>;
}
