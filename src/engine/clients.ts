import type {Table, TableName} from '../model/table.ts';

/** Everybody else on a side: who stands in the way of a cutover, who may do what, and who is left after it. */
export interface Clients {
  /**
   * Transactions that the fence has to wait for, because they hold a lock on one of these tables, and those of these
   * server processes. Never Crossfade's own.
   */
  blockers(tables: readonly Table[], processes: readonly number[]): Promise<readonly Blocker[]>;
  /** Ends those that are in the same transaction still, and answers which: their clients get an error, and nothing of it is kept. */
  end(blockers: readonly Blocker[]): Promise<readonly Blocker[]>;
  /** What these roles are and may do with these tables; nothing is answered for roles that do not exist here. */
  rights(roles: readonly string[], tables: readonly Table[]): Promise<readonly RoleRights[]>;
  /** How many sessions of these roles are connected to this database, by the name of the application. */
  sessions(roles: readonly string[]): Promise<readonly ClientSessions[]>;
}

/** One transaction, without anything of what it reads or writes. */
export type Blocker = {
  /** Absent for a prepared transaction, which has outlived its process. */
  readonly process: number | undefined;
  /** Tells this transaction from a later one of the same process; for a prepared one its identifier. */
  readonly transaction: string;
  readonly role: string;
  readonly application: string;
  /** Since its transaction began. Absent where our role is not shown it. */
  readonly ageMs: number | undefined;
  readonly state: string;
  /** In the server's own words; empty when it is at work. */
  readonly waitsIn: string;
  /** Why it cannot be ended, with the grant that would help. */
  readonly cannotEnd: string | undefined;
};

export type RoleRights = {
  readonly role: string;
  readonly isSuperuser: boolean;
  readonly mayBypassRowSecurity: boolean;
  readonly mayMakeRoles: boolean;
  readonly mayLogIn: boolean;
  /** To this database. */
  readonly mayConnect: boolean;
  /** What lets it read the route, as its router does, where it may not yet. The table is made when a run begins. */
  readonly routeGrant?: string;
  readonly tables: readonly TableRights[];
};

export type TableRights = {
  readonly table: TableName;
  /** Directly or through a role that it is a member of. */
  readonly isOwner: boolean;
  /** In words that are alike on both sides: `INSERT`, `UPDATE of some columns`, `USAGE of the schema`. */
  readonly privileges: readonly string[];
};

/** Ends a privilege that is not for the whole table. */
export const SOME_COLUMNS = ' of some columns';

export type ClientSessions = {readonly role: string; readonly application: string; readonly sessions: number};
