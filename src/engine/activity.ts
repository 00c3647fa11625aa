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
