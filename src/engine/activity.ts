import type {Position} from '../model/position.ts';
import type {Blocker} from './clients.ts';

/**
 * What goes on on a side while we are at work there: how far its log is, what our statements wait for, and what they
 * build. Asked about once a second, for people; nothing is decided by it.
 */
export interface Activity {
  look(): Promise<Look>;
}

export type Look = {
  readonly position: Position;
  readonly waits: readonly StatementWait[];
  readonly builds: readonly IndexBuild[];
  /** Undefined while none of our statements waits so, and where the engine does not tell. */
  readonly withheld?: Withheld | undefined;
};

/** Commits of ours that are done on this server, and answered when its standbys have them. */
export type Withheld = {
  readonly statements: number;
  /** Of the longest. */
  readonly waitedMs: number;
  /** Which standbys it waits for, as the server's setting says it. */
  readonly standbys: string;
  /** The statements for whoever may go on without them. */
  readonly endedBy: string;
};

export type StatementWait = {
  /** Which of our sessions, by its purpose: `apply forward`, `load 3`, `stream setup`; `visible`: a read that has to see every older transaction. */
  readonly purpose: string;
  readonly waitedMs: number;
  /** Absent when it waits for rows, or for a transaction. */
  readonly table: string | undefined;
  /** At least one, and none of them ours. */
  readonly blockers: readonly Blocking[];
};

/** `transaction` is the identifier of a prepared one, which has no process; empty for others. */
export type Blocking = Pick<Blocker, 'process' | 'transaction' | 'role' | 'application' | 'ageMs' | 'state'> & {
  /** The statement for whoever may end it where its owner cannot. */
  readonly endedBy: string;
};

export type IndexBuild = {
  readonly table: string;
  /** In the server's own words. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'blocks' | 'rows';
  readonly ageMs: number;
};
