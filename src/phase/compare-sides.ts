/**
 * Compares what the open side holds with what has arrived on the other one, while both are in use. Called by the phase
 * `verify-data`, and by the runner whenever an operator asks (`crossfade verify`).
 */
import type {Direction} from '../model/side.ts';
import {origin} from '../model/side.ts';
import {nameOf} from '../model/table.ts';
import {chunkBytesFor} from '../pipeline/chunk-size.ts';
import {comparedThrough} from '../pipeline/mapped-compare.ts';
import type {Link} from '../pipeline/replication.ts';
import type {VerifyReport} from '../verify/verifier.ts';
import type {PhaseContext} from './phase.ts';

type CompareContext = Pick<PhaseContext, 'source' | 'target' | 'mappings' | 'verifier' | 'comparePositions' | 'plan' | 'telemetry'>;

export const compareSides = async (context: CompareContext, link: Link, signal: AbortSignal): Promise<VerifyReport> => {
  const {direction} = link;
  const isForward = origin(direction) === 'source';
  const mappings = await context.mappings(direction);
  const [sending, receiving] = isForward ? [context.source, context.target] : [context.target, context.source];
  // A restart may have found rows that were still to be read again.
  await link.untilStrict(signal);
  const tables = mappings.map((mapping) => mapping.writes);
  return context.verifier.verify({
    ...comparedThrough(mappings, sending, receiving),
    tables,
    direction,
    compare: context.comparePositions,
    evidence: link,
    chunkBytes: chunkBytesFor(tables, context.plan.plan.load),
    signal,
    progress: (rows) => context.telemetry.gauge('rowsVerified', Number(rows)),
  });
};

/** What the journal keeps of a comparison: numbers and checksums, no row and no key. */
export const evidenceOf = (report: VerifyReport, at: Date, direction: Direction): Record<string, unknown> => ({
  verification: {
    at: at.toISOString(),
    direction,
    equal: report.equal,
    tables: report.tables.length,
    rows: report.tables.reduce((total, table) => total + BigInt(table.rows), 0n).toString(),
    differing: report.differing,
    uncompared: report.uncompared,
  },
  checksums: Object.fromEntries(report.tables.map((table) => [nameOf(table.table), {rows: table.rows, checksum: table.checksum}])),
});

/** One example per table, without keys. */
export const firstDifferences = (report: VerifyReport): string =>
  report.tables
    .flatMap((table) =>
      table.differences
        .slice(0, 1)
        .map(
          (one) =>
            `${nameOf(table.table)} (${table.differing} rows; ${one.kind}${one.columns.length ? `: ${one.columns.join(', ')}` : ''})`,
        ),
    )
    .slice(0, 5)
    .join(', ');

/** Every differing row is read again from the open side, through the stream's own applier; then compared anew. */
export const repairDifferences = async (link: Link, report: VerifyReport, signal: AbortSignal): Promise<number> => {
  const keys = report.tables.flatMap((table) => table.differences.map(({key}) => ({table: table.table, key})));
  await link.readAgain(keys, signal);
  return keys.length;
};
