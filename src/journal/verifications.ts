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
 * Every verification on record, oldest first: the evidence of a step or of a phase that has these fields, itself or
 * under `verification`. Its time is when it ended, unless the evidence names an earlier one.
 */
export const verificationsOf = (entries: readonly Entry[]): readonly Verification[] =>
  entries.flatMap((entry) => {
    if (!isOf(entry, 'step-outcome') && !isOf(entry, 'phase-ended')) return [];
    const evidence = fields(entry.fact.evidence);
    return asVerification(fields(evidence['verification']), entry.at) ?? asVerification(evidence, entry.at) ?? [];
  });

function asVerification(
  {at, equal, tables, rows, differing, uncompared}: Readonly<Record<string, unknown>>,
  recordedAt: string,
): Verification | undefined {
  const isComplete =
    typeof equal === 'boolean' &&
    typeof tables === 'number' &&
    typeof rows === 'string' &&
    typeof differing === 'number' &&
    typeof uncompared === 'number';
  return isComplete ? {at: typeof at === 'string' ? at : recordedAt, equal, tables, rows, differing, uncompared} : undefined;
}

const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? {...value} : {});
