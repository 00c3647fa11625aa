/**
 * One database product. A phase never knows which one it talks to: what differs is behind these facets, what an engine
 * lacks is an absent method or a capability, never a thrown "not supported". Each engine is one folder with the same
 * file names. `Database` is one side of one migration, and both sides have every facet, because the way back is the
 * same pipeline with the sides exchanged.
 */
import type {Readable} from 'node:stream';
import type {Carried} from '../model/carried.ts';
import type {Key, Row, StreamEvent} from '../model/change.ts';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import type {Position} from '../model/position.ts';
import type {Direction, Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import type {Activity} from './activity.ts';
import type {Alter} from './alter.ts';
import type {Catalog, Scope} from './catalog.ts';
import type {KeyRange} from './chunk.ts';
import type {Clients} from './clients.ts';
import type {Cloning} from './cloning.ts';
import type {Compare} from './compare.ts';
import type {Control} from './control.ts';
import type {Convertible} from './convertible.ts';
import type {Fence} from './fence.ts';
import type {HeldState, MayReread} from './held-state.ts';
import type {KeptLog, RelayedLog} from './kept-log.ts';
import type {Load} from './load.ts';
import type {Schema} from './schema.ts';
import type {ReportedParameters, ServerIdentity} from './server.ts';
import type {SequenceState} from './sequence-state.ts';
import type {StatementCosts} from './statement-costs.ts';
import type {Statements} from './statements.ts';
import type {ReadReports} from './read-reports.ts';
import type {Rehearsing} from './rehearsing.ts';
import type {Storage} from './storage.ts';
import type {Target} from './target.ts';
import type {Usage} from './usage.ts';
import type {TokenTable} from './token-table.ts';

export type {Users} from './alter.ts';
export type {AppliedRows, Applier, ApplierOptions, ApplyCommit, Parked, Progress, Refused, StoredWindows, TableKey} from './applier.ts';
export type {Activity, Blocking, IndexBuild, Look, StatementWait, Withheld} from './activity.ts';
export type {Catalog, Scope, Wishes} from './catalog.ts';
export type {Chunk, KeyRange, PlannedRange} from './chunk.ts';
export {SOME_COLUMNS, type Blocker, type Clients, type ClientSessions, type RoleRights, type TableRights} from './clients.ts';
export type {Bracket, Compare, Digest} from './compare.ts';
export type {Control} from './control.ts';
export type {Convertible} from './convertible.ts';
export {AttemptOver, type Fence} from './fence.ts';
export type {Finding, Grant} from './finding.ts';
export type {Schema, SchemaScript, SchemaStatement} from './schema.ts';
export {isOnePlace, type ReportedParameters, type ServerIdentity} from './server.ts';
export type {SequenceState} from './sequence-state.ts';
export type {SentStatement, StatementCosts} from './statement-costs.ts';
export type {Lock, Statement, Statements} from './statements.ts';
export type {HeldState, MayReread} from './held-state.ts';
export type {KeptLog, RelayedLog} from './kept-log.ts';
export type {Load} from './load.ts';
export type {Cloning, Original, RecordedTransaction, ReplayClient, ReplayedChange, Replaying} from './cloning.ts';
export type {LoadClient, Reference, Rehearsing, Ties, Written} from './rehearsing.ts';
export type {Disk, Storage, TableSizes} from './storage.ts';
export type {Target} from './target.ts';

export interface Engine {
  readonly name: string;
  /** As people call it. */
  readonly product: string;
  /** How its addresses begin, the usual one first: `mysql` of mysql://. */
  readonly schemes: readonly string[];
  readonly capabilities: Capabilities;
  /** Connects lazily; every session it opens is closed by `close`. */
  open(options: OpenOptions): Database;
  /** What each act of a side would send; absent where an engine's acts are not SQL. Asks no server. */
  statements?(side: Side, migration: MigrationRef): Statements;
  /** Whether an error of this engine may pass by itself, so that the same may be tried again in a new transaction. */
  isPassing(error: unknown): boolean;
  /** Total order of positions of one server. */
  comparePositions(a: Position, b: Position): number;
  /** Bytes of log from one position to another of the same server; absent where positions tell no distance. */
  bytesBetween?(from: Position, to: Position): number;
}

/** `docs/engines.md` is generated from these. */
export type Capabilities = {
  readonly position: string;
  readonly snapshot: string;
  readonly changeStream: string;
  readonly fence: string;
  readonly historyLoss: string;
  readonly versions: string;
};

export type OpenOptions = {
  readonly url: DatabaseUrl;
  readonly side: Side;
  readonly migration: MigrationRef;
  readonly effects: Effects;
  /** Sessions of the watchdog are left alone by a takeover: it ends by itself. */
  readonly actor?: 'runner' | 'watchdog';
  readonly tls?: {readonly mode: 'verify-full' | 'disable'; readonly ca?: string};
  /** The largest single value that travels; the engine's own limit when absent. */
  readonly valueBytesMax?: number;
};

/** `id` is the whole identifier, `short` its first eight characters, used in names of database objects. */
export type MigrationRef = {readonly id: string; readonly short: string; readonly name: string};

export interface Database {
  readonly side: Side;
  readonly engine: string;
  identity(): Promise<ServerIdentity>;
  readonly catalog: Catalog;
  readonly control: Control;
  readonly source: Source;
  readonly target: Target;
  readonly fence: Fence;
  readonly compare: Compare;
  readonly clients: Clients;
  /** Answers a question of the operator's in a transaction that may only read: rows of texts, at most `rowsMax`. */
  ask(query: string, limits: AskLimits): Promise<readonly (readonly (string | null)[])[]>;
  /** Absent where servers report no settings to their clients. */
  readonly parameters?: ReportedParameters;
  /** Absent where tables in use cannot be changed without holding up their users. */
  readonly alter?: Alter;
  /** Absent where the engine cannot write DDL by itself: then the plan brings schema files. */
  readonly schema?: Schema;
  /** Absent where no other engine takes the schema. */
  readonly convertible?: Convertible;
  /** Absent where applications cannot be followed by a canary. */
  readonly tokens?: TokenTable;
  /** Absent where applications cannot try their reads on both sides. */
  readonly readReports?: ReadReports;
  /** Absent where the engine does not tell sizes. */
  readonly storage?: Storage;
  /** Absent where the server does not tell how busy it is. */
  readonly usage?: Usage;
  /** Absent where what statements cost is not looked at. */
  readonly costs?: StatementCosts;
  /** Absent where an engine does not tell what its sessions wait for. */
  readonly activity?: Activity;
  readonly load: Load;
  readonly rehearsing: Rehearsing;
  /** Absent where no clone of a database can be made. */
  readonly cloning?: Cloning;
  close(): Promise<void>;
}

/** `limitMs`: the server ends the query then. */
export type AskLimits = {readonly limitMs: number; readonly rowsMax: number};

/**
 * A second place in the source's log, behind that of the stream, which only `upTo` moves: whoever reads the stream may tell the
 * server that it has something which nobody else will ever see. `dropStream` takes it away.
 */
export type Keeping = {
  /** Made at the stream's own place, where there is none; what a crash in `goBack` has left is brought to its end. */
  begin(): Promise<void>;
  /** What lies before is not wanted any more. False where there is none any more, be it because it kept too much. */
  upTo(position: Position): Promise<boolean>;
  /** The stream's own place is the kept one again, which is answered; throws while somebody reads the stream. Undefined where none is kept. */
  goBack(): Promise<Position | undefined>;
};

/** The side as the origin of a stream and of chunks. */
export interface Source {
  /**
   * Makes the durable place in the log from which `changes` will deliver everything (R1): creates publication and slot,
   * or finds ours as recorded. Returns when every transaction before it is visible to any later read.
   */
  createStream(direction: Direction, tables: readonly Table[], signal: AbortSignal): Promise<Position>;
  /** Same name, plugin and creation position as recorded, not lost, not ahead of `applied`; throws CF-SRC-004 otherwise. */
  probeStream(direction: Direction, applied: Position | undefined): Promise<void>;
  dropStream(direction: Direction): Promise<void>;
  /** Whether the tables of the stream are still what they were when it was made; CF-DDL-001 is thrown by `probeStream`. */
  hasSameSchema(): Promise<boolean>;
  /** Throws CF-DDL-001 when the stream no longer carries all that it carried when it was made, or not all that `scope` names; asks nothing before there is one. */
  probeSchema(direction: Direction, scope: Scope | undefined): Promise<void>;
  /** Splits a table into ranges of about `bytes`, first and last open-ended (R8); or one range of it, with its own ends. */
  planRanges(table: Table, bytes: number, within?: KeyRange): Promise<KeyRange[]>;
  /** The rows of one range as the engine's own bulk format; ends only when the read is complete. */
  copyOut(table: Table, range: KeyRange, format: BulkFormat): Promise<{readonly stream: Readable; done(): Promise<void>}>;
  /** The same as `text`, each value carried in its column's own way; absent where an engine has its rows as values only. */
  copyCarried?(table: Table, range: KeyRange, carried: readonly Carried[]): ReturnType<Source['copyOut']>;
  /** The same rows as values, for a mapping that changes them. */
  copyRows(table: Table, range: KeyRange): Promise<{readonly rows: AsyncIterable<readonly Row[]>; done(): Promise<void>}>;
  /**
   * After a read of the range that came to `bytes`: throws CF-APPLY-003 with table and key when one of its values is larger
   * than the stream could carry. Absent where an engine has no such limit.
   */
  refuseLargeValues?(table: Table, range: KeyRange, bytes: number): Promise<void>;
  /** Commits a durable marker (R2, R3); the answer is at or after its commit, and everything read before is durable. */
  mark(content: string): Promise<Position>;
  /** Returns when every transaction that has committed so far is visible to any later read (R1, R6). */
  untilVisible(signal: AbortSignal): Promise<void>;
  /** Which of these delivered transactions a read that begins now would not see (R11). */
  unseen(delivered: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  currentPosition(): Promise<Position>;
  /**
   * Committed changes from `from` on, in commit order, a few at a time. Reads no faster than it is consumed. Only where
   * `mayReread` says so may a change come as a row to be read (`reread`); it is asked when all that came before is consumed.
   */
  changes(
    direction: Direction,
    from: Position,
    tables: readonly Table[],
    signal: AbortSignal,
    mayReread?: MayReread,
  ): AsyncIterable<readonly StreamEvent[]>;
  /** Where a stream of which nothing is applied is opened: at `from`, or at the present where that is gone. Absent, or undefined: at `from`, which the server keeps. */
  watchedFrom?(direction: Direction, from: Position): Promise<Position | undefined>;
  /** The log kept for a stream of ours; undefined without one. Absent where the server does not tell. */
  keptLog?(direction: Direction): Promise<KeptLog | undefined>;
  /** Where the server goes on when our stream is opened anew: nothing before it comes again. Undefined without one; absent where it remembers no such place. */
  goesOnAt?(direction: Direction): Promise<Position | undefined>;
  /** For a forward stream that somebody else reads. Absent where the log can be read again from any place. */
  readonly keeping?: Keeping;
  /** What waits between the sides; undefined before there is a stream. Absent without a relay. */
  relayedLog?(): Promise<RelayedLog | undefined>;
  /** Everything up to here is durable on the other side. Remembered and sent by the stream itself. */
  acknowledge(direction: Direction, position: Position): void;
  /** Reads rows by key in one snapshot that sees every transaction of `delivered` (R6), taken again until it does; absent rows are left out. */
  readRows(table: Table, keys: readonly Key[], delivered: ReadonlySet<string>): Promise<Row[]>;
  /** One state of the rows that sees every transaction of `delivered`, held until it is closed. Absent where an engine cannot say which transactions a state holds. */
  holdRows?(delivered: ReadonlySet<string>): Promise<HeldState>;
  /** Sequences: what `Target.setSequences` needs. Read after the fence (H-10). */
  readSequences(tables: readonly Table[]): Promise<SequenceState[]>;
}

export type BulkFormat = 'binary' | 'text';
