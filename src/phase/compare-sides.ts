/**
 * Compares what the open side holds with what has arrived on the other one, while both are in use. Called by the phase
 * `verify-data`, and by the runner whenever an operator asks (`crossfade verify`).
 */
import type {Direction} from '../model/side.ts';
import {origin} from '../model/side.ts';
import {nameOf, type TableName} from '../model/table.ts';
import {chunkBytesFor} from '../pipeline/chunk-size.ts';
import {comparedThrough} from '../pipeline/mapped-compare.ts';
import type {Link} from '../pipeline/replication.ts';
import {hashedKey, type VerifyReport} from '../verify/verifier.ts';
import type {Lane} from './lane.ts';
import type {PhaseContext} from './phase.ts';

export type CompareContext = Pick<PhaseContext, 'source' | 'target' | 'mappings' | 'verifier' | 'engines' | 'plan' | 'telemetry'>;

/** `inTurn`: how the ranges wait for a throttle or a pause. `only`: of all tables, these. `still`: nobody uses either side. */
export const compareSides = async (
  context: CompareContext,
  link: Link,
  signal: AbortSignal,
  inTurn: (stop: AbortSignal) => Lane,
  only?: readonly TableName[],
  still?: 'still',
): Promise<VerifyReport> => {
  // A restart may have found rows that were still to be read again.
  await link.untilStrict(signal);
  const names = only?.map(nameOf);
  const tables = (await context.mappings(link.direction))
    .map((mapping) => mapping.writes)
    .filter(({name}) => !names || names.includes(nameOf(name)));
  const tell = (rows: bigint, done: number): void => {
    context.telemetry.gauge('rowsVerified', Number(rows));
    context.telemetry.gauge('tablesVerified', done);
  };
  context.telemetry.gauge('tablesTotal', tables.length);
  tell(0n, 0);
  const report = await context.verifier.verify({
    ...(await requestOf(context, link, signal)),
    ...(still && {evidence: undefined}),
    tables,
    chunkBytes: chunkBytesFor(tables, context.plan.plan.load),
    lane: inTurn,
    progress: tell,
  });
  context.telemetry.gauge('tablesVerified', tables.length);
  return report;
};

/** What every comparison of a link's two sides asks, whichever rows it looks at; `evidence` for sides in use. */
export const requestOf = async (context: CompareContext, link: Link, signal: AbortSignal) => {
  const {direction} = link;
  const [sending, receiving] = origin(direction) === 'source' ? [context.source, context.target] : [context.target, context.source];
  return {
    ...comparedThrough(await context.mappings(direction), sending, receiving),
    direction,
    compare: context.engines[origin(direction)].comparePositions,
    evidence: link,
    signal,
  };
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
    effort: report.effort,
  },
  checksums: Object.fromEntries(report.tables.map((table) => [nameOf(table.table), {rows: table.rows, checksum: table.checksum}])),
});

/** One example per table, its key hashed. */
export const firstDifferences = (report: VerifyReport): string =>
  report.tables
    .flatMap((table) =>
      table.differences
        .slice(0, 1)
        .map(
          (one) =>
            `${nameOf(table.table)} (${table.differing} rows; key #${hashedKey(table.table, one.key)} ${one.kind}${one.columns.length ? `: ${one.columns.join(', ')}` : ''})`,
        ),
    )
    .slice(0, 5)
    .join(', ');
