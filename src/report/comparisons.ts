/** Every comparison of the two sides, with what it found, and the digests of the last one that found them equal. */
import type {Entry} from '../journal/journal.ts';
import {isOf} from '../journal/recorded.ts';
import {verificationsOf, type Verification} from '../journal/verifications.ts';
import {fields, textIn} from './evidence.ts';

export type Comparison = Verification & {
  readonly seq: number;
  readonly direction: string | null;
  /** Rows that were read again at the source and replaced, each with its cause in the journal. */
  readonly repaired: number;
};

/** A checksum is one of hashes of rows; equal sums of equal counts on both sides are what `equal` means. */
export type TableDigest = {readonly table: string; readonly rows: string; readonly checksum: string};

/** The evidence of a phase repeats that of its step. */
export const comparisonsOf = (entries: readonly Entry[]): readonly Comparison[] =>
  entries.flatMap((entry) => {
    if (!isOf(entry, 'step-outcome') && !isOf(entry, 'verified')) return [];
    const evidence = fields(entry.fact.evidence);
    const direction = textIn(fields(evidence['verification']), 'direction') ?? textIn(evidence, 'direction');
    const repaired = isOf(entry, 'verified') ? entry.fact.repaired : 0;
    return verificationsOf([entry]).map((verification) => ({...verification, seq: entry.seq, direction, repaired}));
  });

export function digestsOf(entries: readonly Entry[], comparisons: readonly Comparison[]): readonly TableDigest[] {
  const newest = comparisons.findLast(({equal}) => equal);
  const entry = entries.find(({seq}) => seq === newest?.seq);
  const checksums = entry && 'evidence' in entry.fact ? fields(fields(entry.fact.evidence)['checksums']) : {};
  return Object.entries(checksums).map(([table, digest]) => ({
    table,
    rows: textIn(fields(digest), 'rows') ?? '',
    checksum: textIn(fields(digest), 'checksum') ?? '',
  }));
}
