/**
 * One database product. A phase never knows which one it talks to: what differs is behind these facets, what an engine
 * lacks is an absent method or a capability, never a thrown "not supported". Each engine is one folder with the same
 * file names. `Database` is one side of one migration, and both sides have every facet, because the way back is the
 * same pipeline with the sides exchanged.
 */
import type {Readable} from 'node:stream';
import type {Key, Row, StreamEvent} from '../model/change.ts';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import type {FenceRow} from '../model/fence-row.ts';
import type {Position} from '../model/position.ts';
import type {Direction, Side} from '../model/side.ts';
import type {RouteRow} from '../model/route.ts';
import type {Table, TableName} from '../model/table.ts';
import type {TableBatch} from '../model/row-operation.ts';

export interface Engine {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Connects lazily; every session it opens is closed by `close`. */
  open(options: OpenOptions): Database;
  /** Total order of positions of one server. */
  comparePositions(a: Position, b: Position): number;
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
  readonly tls?: {readonly mode: 'verify-full' | 'disable'; readonly ca?: string};
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
  close(): Promise<void>;
}

export type ServerIdentity = {
  /** Changes when another server answers at the same address. */
  readonly systemId: string;
  readonly version: number;
  readonly versionText: string;
  readonly role: string;
  readonly database: string;
};

/** A thing the engine cannot move, or a condition it needs and does not find. */
export type Finding = {
  readonly severity: 'refuse' | 'warn' | 'info';
  readonly code: string;
  readonly object: string;
  readonly reason: string;
  readonly next: string;
};

export interface Catalog {
  /** Tables that match the scope, partitions folded into their root, in name order. */
  tables(scope: {readonly tables: readonly string[]; readonly exclude: readonly string[]}): Promise<Table[]>;
  /** What stands in the way of using this database as source or target of these tables. Asked by assess and doctor. */
  findings(as: Side, tables: readonly Table[]): Promise<Finding[]>;
  /** A text that changes when the definition of any of the tables changes. */
  fingerprint(tables: readonly TableName[]): Promise<string>;
}

/** A key range `(after, to]` in the source's own order; open-ended where undefined. */
export type KeyRange = {readonly after: Key | undefined; readonly to: Key | undefined};
export type Chunk = {readonly id: number; readonly table: TableName; readonly range: KeyRange; readonly done: boolean};

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
  /** Splits a table into ranges of about `bytes`, first and last open-ended (R8). */
  planRanges(table: Table, bytes: number): Promise<KeyRange[]>;
  /** The rows of one range as the engine's own bulk format; ends only when the read is complete. */
  copyOut(table: Table, range: KeyRange, format: BulkFormat): Promise<{readonly stream: Readable; done(): Promise<void>}>;
  /** Commits a durable marker (R2, R3); the answer is at or after its commit, and everything read before is durable. */
  mark(content: string): Promise<Position>;
  currentPosition(): Promise<Position>;
  /** Committed changes from `from` on, in commit order, a few at a time. Reads no faster than it is consumed. */
  changes(direction: Direction, from: Position, tables: readonly Table[], signal: AbortSignal): AsyncIterable<readonly StreamEvent[]>;
  /** Everything up to here is durable on the other side. Remembered and sent by the stream itself. */
  acknowledge(direction: Direction, position: Position): void;
  /**
   * Reads rows by key in one snapshot that sees every transaction of `delivered` (R6); absent rows are absent in the
   * answer. Missing visibility makes it take another snapshot.
   */
  readRows(table: Table, keys: readonly Key[], delivered: ReadonlySet<string>): Promise<Row[]>;
  /** Sequences: what `Target.setSequences` needs. Read after the fence (H-10). */
  readSequences(tables: readonly Table[]): Promise<SequenceState[]>;
}

export type BulkFormat = 'binary' | 'text';
export type SequenceState = {
  readonly name: TableName;
  readonly last: string;
  readonly isCalled: boolean;
  readonly increment: string;
  readonly cache: string;
  readonly min: string;
  readonly max: string;
};

/** What one apply transaction stores, all of it or nothing (invariant 2). */
export type ApplyBatch = {
  readonly direction: Direction;
  readonly epoch: number;
  /** The value the progress row must have; the commit makes it one more. */
  readonly commitSeq: number;
  readonly position: Position;
  readonly tables: readonly TableBatch[];
  /** Keys to add to, and to take from, the re-read list. */
  readonly rereadAdd: readonly {readonly table: TableName; readonly key: Key}[];
  readonly rereadRemove: readonly {readonly table: TableName; readonly key: Key}[];
  /** New end positions of the replay window, per table. */
  readonly ends: readonly {readonly table: TableName; readonly end: Position}[];
};

/** `missing`: keys that an inexact update did not meet; they are on the re-read list now, in the same commit. */
export type ApplyResult = {readonly missing: readonly {readonly table: TableName; readonly key: Key}[]};

export type Progress = {readonly epoch: number; readonly position: Position; readonly commitSeq: number};

/** The side as the receiver. Every write is opened and tagged by one function of the engine. */
export interface Target {
  /** What stands in the mapped tables already: the names of those with rows. */
  nonEmpty(tables: readonly Table[]): Promise<TableName[]>;
  /** Runs one statement of a schema file once: its record commits with it. */
  runSchemaStatement(file: string, index: number, sql: string): Promise<'done' | 'was-done'>;
  /** Loads one chunk and commits it as done by compare-and-set on the chunk's row (R4). `end` is asked after the source's read ended. */
  loadChunk(request: {
    readonly table: Table;
    readonly chunk: Chunk;
    readonly epoch: number;
    readonly format: BulkFormat;
    readonly input: Readable;
    readonly end: () => Promise<Position>;
  }): Promise<{readonly rows: number; readonly bytes: number}>;
  /** Applies and commits. A rowcount surprise is CF-APPLY-001, a lost compare-and-set CF-LEASE-002. */
  apply(batch: ApplyBatch): Promise<ApplyResult>;
  progress(direction: Direction): Promise<Progress | undefined>;
  /** Creates the progress row, or replaces its position; never takes it back within one epoch unless `mark` says so. */
  setProgress(direction: Direction, position: Position, epoch: number): Promise<void>;
  chunks(): Promise<Chunk[]>;
  /** Stores the planned ranges once; a second call with others changes nothing and answers the stored ones. */
  planChunks(ranges: readonly {readonly table: TableName; readonly range: KeyRange}[], epoch: number): Promise<Chunk[]>;
  /** Open end positions and re-read lists: what decides window or strict (R7). */
  windows(): Promise<{readonly ends: readonly {readonly table: TableName; readonly end: Position}[]; readonly rereads: readonly {readonly table: TableName; readonly key: Key}[]}>;
  setSequences(states: readonly SequenceState[], margin: number): Promise<void>;
  analyze(tables: readonly Table[]): Promise<void>;
}

/** Crossfade's own schema on a side. */
export interface Control {
  install(): Promise<void>;
  isInstalled(): Promise<boolean>;
  /** Takes the migration's lock and raises the epoch here, or says who holds it. The lock lives as long as the session. */
  takeLease(holder: string, epoch: number | 'next'): Promise<{readonly ok: true; readonly epoch: number} | {readonly ok: false; readonly holder: string; readonly since: string}>;
  /** The epoch that is current here; undefined before the first lease. */
  epoch(): Promise<number | undefined>;
  lost(): Promise<never>;
  mirror(entry: {readonly seq: number; readonly hash: string; readonly body: string}): Promise<void>;
  mirrored(): Promise<{readonly seq: number; readonly hash: string; readonly body: string}[]>;
  readRoute(): Promise<RouteRow | undefined>;
  writeRoute(route: RouteRow): Promise<void>;
  /** Removes everything of this migration, and the schema when no other migration is left. */
  remove(): Promise<void>;
}

/** Makes a side refuse application writes, in the database itself (hazards §3.2 P1, §3.3). */
export interface Fence {
  /** Installs the functions and, for a side that is to start closed, the closed fence. */
  prepare(tables: readonly Table[]): Promise<void>;
  /** Closes a side that has never been open (epoch 0, state `closed`). */
  closeFromStart(tables: readonly Table[]): Promise<void>;
  /** C3: one transaction with the epoch's row lock, the row, the triggers and the marker; waits for open writers. */
  raise(request: {readonly tables: readonly Table[]; readonly epoch: number; readonly budgetMs: number; readonly marker: string}): Promise<{readonly position: Position}>;
  rows(): Promise<FenceRow[]>;
  /** C8, under the row's lock, by `decideCommit`. */
  commit(epoch: number): Promise<'committed' | {readonly refused: string}>;
  /** Release by compare-and-set, `decideRelease`; inserts the tombstone where no row exists. */
  release(epoch: number): Promise<'released' | 'committed'>;
  /** Opens a side after the decision: every row becomes `released`. */
  open(epoch: number): Promise<void>;
  /** Drops triggers of epochs whose row is released; never waits long. */
  clean(tables: readonly Table[]): Promise<void>;
}

/** What a read can say about when it was made. */
export type Bracket = {
  readonly before: Position;
  readonly after: Position;
  /** The position this side had applied, as seen by the same snapshot; absent on the side that is read from. */
  readonly applied: Position | undefined;
  /** Whether the snapshot saw that transaction (of this side). */
  sees(transaction: string): boolean;
};
export type Digest = {readonly count: bigint; readonly sums: readonly bigint[]};

/** Reads for verification: one snapshot each, canonical encoding (hazards §4.3, §4.4). */
export interface Compare {
  count(table: Table): Promise<bigint>;
  digest(table: Table, range: KeyRange, applied: Direction | undefined): Promise<{readonly digest: Digest; readonly bracket: Bracket}>;
  /** Row hashes of a range, or of given keys. Key text joined as `keyText` of the model does. */
  rowDigests(table: Table, where: KeyRange | readonly Key[], applied: Direction | undefined): Promise<{readonly rows: ReadonlyMap<string, {readonly key: Key; readonly hash: string}>; readonly bracket: Bracket}>;
  rows(table: Table, keys: readonly Key[]): Promise<Row[]>;
}
