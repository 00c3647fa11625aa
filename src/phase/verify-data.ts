/** Compares both sides while both are in use. A difference, or a row that could not be compared, stops the run. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import type {VerifyReport} from '../verify/verifier.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {ensureForward} from './stream-roles.ts';

export const verifyData: Phase = {
  async run(context) {
    const report = await context.steps.each('compare', () => compareSides(context));
    const evidence = summary(report, context);
    if (report.differing) throw new TerminalError(`${report.differing} rows differ: ${firstDifferences(report)}`, {code: 'CF-VERIFY-001', next: 'crossfade verify --repair, or abort'});
    if (!report.equal) throw new TerminalError(`${report.uncompared} rows changed every time they were looked at`, {code: 'CF-VERIFY-002', next: 'crossfade resume, when the load is lower'});
    return {event: {type: 'done'}, evidence};
  },
};

const compareSides = async (context: PhaseContext): Promise<VerifyReport> => {
  const link = await ensureForward(context);
  const tables = await context.tables();
  return context.verifier.verify({
    from: context.source,
    to: context.target,
    tables,
    direction: 'forward',
    compare: context.comparePositions,
    evidence: link,
    chunkBytes: context.plan.plan.load.chunkBytes,
    signal: context.signal,
    progress: (rows) => context.telemetry.gauge('rowsVerified', Number(rows)),
  });
};

const summary = (report: VerifyReport, context: PhaseContext): Record<string, unknown> => ({
  verification: {
    at: context.clock.now().toISOString(),
    equal: report.equal,
    tables: report.tables.length,
    rows: report.tables.reduce((total, table) => total + BigInt(table.rows), 0n).toString(),
    differing: report.differing,
    uncompared: report.uncompared,
  },
  checksums: Object.fromEntries(report.tables.map((table) => [nameOf(table.table), {rows: table.rows, checksum: table.checksum}])),
});

const firstDifferences = (report: VerifyReport): string =>
  report.tables
    .flatMap((table) => table.differences.slice(0, 1).map((one) => `${nameOf(table.table)} (${one.kind}${one.columns.length ? `: ${one.columns.join(', ')}` : ''})`))
    .slice(0, 5)
    .join(', ');
