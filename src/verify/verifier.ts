/**
 * Compares the two sides while both are in use (hazards §4.2-4.5). Called by the phase `verify-data`, by `verify` from
 * the command line, and by the cutover for its last look while both sides stand still. A comparison that could not be
 * made is never reported as equal (invariant 10).
 */
import {hash} from 'node:crypto';
import {type Key, keyText} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {StreamEvidence} from '../model/stream-evidence.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {Compare, Source} from '../engine/engine.ts';

/** What a comparison needs of a side. */
export type ComparedSide = {readonly compare: Compare; readonly source: Pick<Source, 'planRanges' | 'currentPosition'>};

export type VerifyRequest = {
  readonly from: ComparedSide;
  readonly to: ComparedSide;
  readonly tables: readonly Table[];
  /** Which progress row on `to` says how far it is. */
  readonly direction: 'forward' | 'reverse';
  readonly compare: (a: Position, b: Position) => number;
  /** `undefined` when both sides stand still. */
  readonly evidence: StreamEvidence | undefined;
  readonly chunkBytes: number;
  readonly signal: AbortSignal;
  /** Whoever compares many ranges does each through one of these, which may wait until `stop`; absent where nothing may wait. */
  readonly lane?: (stop: AbortSignal) => <T>(piece: () => Promise<T>) => Promise<T>;
  /** Rows compared so far, over all tables, and the tables that are done. */
  readonly progress: (rows: bigint, tables: number) => void;
};

export type Difference = {
  readonly table: TableName;
  readonly key: Key;
  readonly kind: 'missing' | 'extra' | 'different';
  readonly columns: readonly string[];
};
export type TableVerdict = {
  readonly table: TableName;
  readonly rows: string;
  /** Position-aware digest of the table, hex; for people and reports. Empty where the verifier makes none. */
  readonly checksum: string;
  /** The first of them; `differing` counts all. */
  readonly differences: readonly Difference[];
  readonly differing: number;
  /** The first of them; `VerifyReport.uncompared` counts all. Keys that changed every time they were looked at: not equal, not different. */
  readonly uncompared: readonly Key[];
};
/** What it took to tell, for the evidence: a comparison that had to look often is no worse, but worth knowing. */
export type Effort = {
  /** Reads of the receiving side that had to wait until it had applied what the sending side showed. */
  readonly waits: number;
  /** Rows looked at once more because they were changing, as often as that was. */
  readonly retries: number;
  /** Of these, as often as their writers were made to wait. */
  readonly held: number;
};
export type VerifyReport = {
  readonly effort: Effort;
  readonly tables: readonly TableVerdict[];
  readonly equal: boolean;
  readonly differing: number;
  readonly uncompared: number;
};

export interface Verifier {
  verify(request: VerifyRequest): Promise<VerifyReport>;
}

export type RowsOf = {readonly table: Table; readonly keys: readonly Key[]};
export type RowsRequest = Omit<VerifyRequest, 'tables' | 'chunkBytes' | 'lane' | 'progress'> & {
  readonly rows: readonly RowsOf[];
  readonly rounds: Rounds | undefined;
};
/** How often a row may be looked at that changes all the while; after `free` rounds the writers of a few are made to wait. */
export type Rounds = {readonly max: number; readonly free: number};
export type RowsReport = {
  readonly report: VerifyReport;
  /** Changed every time they were looked at: they stay to be compared. */
  readonly open: readonly RowsOf[];
};

/** Compares rows by their keys, such as those that the stream has changed since they were compared. */
export interface RowVerifier {
  verifyRows(request: RowsRequest): Promise<RowsReport>;
}

/** Rows that the stream has changed since they were compared. `why`: what is not known, and what is being done about it. */
export type ChangedSince =
  | {readonly isKnown: false; readonly why: string}
  | {
      readonly isKnown: true;
      /** Compared again and found equal. */
      readonly compared: number;
      readonly waiting: number;
      /** How long the oldest of those waits. */
      readonly oldestMs: number;
      /** Tables of which every row has to be compared again. */
      readonly whole: readonly string[];
      /** Found to differ. */
      readonly differing: number;
      /** Why they could not be compared lately. */
      readonly trouble: string | undefined;
    };

/** Tells rows apart and finds one again; short keys can be guessed from it, so it hides them from eyes, not from attackers. */
export const hashedKey = (table: TableName, key: Key): string => hash('sha256', `${nameOf(table)} ${keyText(key)}`).slice(0, 16);
