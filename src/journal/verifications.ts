import type {Entry} from './journal.ts';
import {isOf} from './recorded.ts';

/** What the gate `checksum-match` and the report need of one complete comparison. */
export type Verification = {
  readonly at: string;
  readonly equal: boolean;
  readonly tables: number;
  /** A count, as text. */
  readonly rows: string;
  readonly differing: number;
  readonly uncompared: number;
};

/**
 * Every verification on record, oldest first, those that found differences too: the evidence of a step or of a phase
 * that has these fields, itself or under `verification`; a full report counts its tables and their rows. Its time is
 * when it was recorded, unless the evidence names one.
 */
export const verificationsOf = (entries: readonly Entry[]): readonly Verification[] =>
  entries.flatMap((entry) => {
    if (!isOf(entry, 'step-outcome') && !isOf(entry, 'phase-ended') && !isOf(entry, 'verified')) return [];
    const evidence = fields(entry.fact.evidence);
    return asVerification(fields(evidence['verification']), entry.at) ?? asVerification(evidence, entry.at) ?? [];
  });

type Fields = Readonly<Record<string, unknown>>;

function asVerification(evidence: Fields, recordedAt: string): Verification | undefined {
  const {at, equal, differing, uncompared} = evidence;
  const {tables, rows} = Array.isArray(evidence['tables']) ? countOf(evidence['tables']) : evidence;
  const isComplete =
    typeof equal === 'boolean' &&
    typeof tables === 'number' &&
    typeof rows === 'string' &&
    typeof differing === 'number' &&
    typeof uncompared === 'number';
  return isComplete ? {at: typeof at === 'string' ? at : recordedAt, equal, tables, rows, differing, uncompared} : undefined;
}

/** No rows when one table does not tell: half a report is none. */
function countOf(tables: readonly unknown[]): Fields {
  const rows = tables.map((table) => fields(table)['rows']);
  const counted = rows.filter((count): count is string => typeof count === 'string' && /^\d+$/.test(count));
  return {
    tables: tables.length,
    rows: counted.length === rows.length ? counted.reduce((sum, count) => sum + BigInt(count), 0n).toString() : undefined,
  };
}

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? {...value} : {});
