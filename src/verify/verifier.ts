/**
 * Compares the two sides while both are in use (hazards §4.2-4.5). Called by the phase `verify-data`, by `verify` from
 * the command line, and by the cutover for its last look while both sides stand still. A comparison that could not be
 * made is never reported as equal (invariant 10).
 */
import type {Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {StreamEvidence} from '../model/stream-evidence.ts';
import type {Table, TableName} from '../model/table.ts';
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
  /** Rows compared so far, over all tables. */
  readonly progress: (rows: bigint) => void;
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
export type VerifyReport = {
  readonly tables: readonly TableVerdict[];
  readonly equal: boolean;
  readonly differing: number;
  readonly uncompared: number;
};

export interface Verifier {
  verify(request: VerifyRequest): Promise<VerifyReport>;
}
