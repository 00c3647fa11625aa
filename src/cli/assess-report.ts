/** What `assess` concludes from what it measured. Pure, but for the printing at the end. */
import type {Finding} from '../engine/engine.ts';
import type {Inventory} from '../model/inventory.ts';
import type {Table} from '../model/table.ts';
import type {Plan} from '../plan/plan.ts';
import type {Output} from './output.ts';

/** Between a slow cloud disk and a fast local one; the estimate names it, so that nobody takes it for a measurement. */
const COPY_BYTES_PER_SECOND = 50 * 1024 * 1024;
/** Sessions of one run beside the copy: lease, apply, streams, watchdog, fence and short reads. */
const SESSIONS_BESIDE_COPY = 12;
/** Indexes are built anew and without bloat, and the log needs room while they are. */
const DISK_FACTOR = 1.3;
const MONTH_MS = 30 * 24 * 3_600_000;

export type AssessFacts = {
  readonly plan: Plan;
  readonly tables: readonly (Table & {readonly label: string})[];
  readonly source: Inventory;
  readonly laterBytes: number;
  readonly intervalMs: number;
  readonly diskBytes: number | undefined;
  readonly findings: readonly Finding[];
};

export const assessReport = ({plan, tables, source, laterBytes, intervalMs, diskBytes, findings}: AssessFacts) => {
  const bytes = tables.reduce((total, table) => total + table.estimatedBytes, 0);
  const bytesPerMonth = Math.max(0, ((laterBytes - source.databaseBytes) / intervalMs) * MONTH_MS);
  const all = [...findings, ...corruption(source), ...sessionFindings(plan, source)];
  return {
    fit: all.every((finding) => finding.severity !== 'refuse'),
    objects: source.objects,
    extensions: source.extensions,
    tables: tables.map((table) => ({name: table.label, rows: table.estimatedRows, bytes: table.estimatedBytes, key: table.key})),
    growth: {
      bytesPerMonth: Math.round(bytesPerMonth),
      monthsUntilTargetIsFull:
        diskBytes === undefined || bytesPerMonth === 0 ? null : Math.floor(((diskBytes - bytes * DISK_FACTOR) / bytesPerMonth) * 10) / 10,
    },
    connections: {...source.connections, needed: plan.load.parallel + SESSIONS_BESIDE_COPY},
    estimate: {
      copySeconds: Math.ceil(bytes / COPY_BYTES_PER_SECOND),
      assumedBytesPerSecond: COPY_BYTES_PER_SECOND,
      diskBytes: Math.ceil(bytes * DISK_FACTOR),
    },
    indexCheck:
      source.corruptIndexes === undefined
        ? 'not possible: the extension amcheck is not installed on the source'
        : `${source.corruptIndexes.length} corrupt`,
    hasChecksums: source.hasChecksums,
    statements: source.statements ?? null,
    findings: all,
  };
};

const corruption = ({corruptIndexes = []}: Inventory): Finding[] =>
  corruptIndexes.map(({index, reason}) => ({
    severity: 'refuse',
    code: 'CF-SCOPE-004',
    object: index,
    reason: `is corrupt: ${reason}`,
    next: `REINDEX INDEX CONCURRENTLY ${index}, after finding out why`,
  }));

const sessionFindings = ({load}: Plan, {connections}: Inventory): Finding[] =>
  connections.max - connections.used >= load.parallel + SESSIONS_BESIDE_COPY
    ? []
    : [
        {
          severity: 'warn',
          code: 'CF-CONN-001',
          object: 'source server',
          reason: `has ${connections.max - connections.used} free connections, and up to ${load.parallel + SESSIONS_BESIDE_COPY} are needed`,
          next: 'raise max_connections, or lower load.parallel',
        },
      ];

const mib = (bytes: number): string => `${(bytes / 1048576).toFixed(1)} MiB`;

export const printAssessment = (report: ReturnType<typeof assessReport>, output: Output): void => {
  output.data(`objects      ${report.objects.map(({kind, count}) => `${count} ${kind}`).join(', ')}`);
  output.data(`extensions   ${report.extensions.map(({name, version}) => `${name} ${version}`).join(', ')}`);
  for (const {name, rows, bytes, key} of report.tables)
    output.data(`  ${name.padEnd(32)} ~${rows} rows, ${mib(bytes)}, key (${key.join(', ')})`);
  output.data(
    `growth       ${mib(report.growth.bytesPerMonth)} a month${report.growth.monthsUntilTargetIsFull === null ? '' : `; the target is full in ${report.growth.monthsUntilTargetIsFull} months`}`,
  );
  output.data(
    `estimate     copy ~${report.estimate.copySeconds} s at ${mib(report.estimate.assumedBytesPerSecond)}/s, ~${mib(report.estimate.diskBytes)} on the target`,
  );
  output.data(`connections  ${report.connections.used} of ${report.connections.max} in use, ${report.connections.needed} needed`);
  output.data(`key indexes  ${report.indexCheck}; page checksums ${report.hasChecksums ? 'on' : 'off'}`);
  for (const {query, calls, meanMs} of report.statements ?? []) output.data(`  ${meanMs} ms × ${calls}  ${query}`);
  for (const {severity, code, object, reason, next} of report.findings)
    output.data(`${severity === 'refuse' ? 'REFUSED' : severity} ${code} ${object}: ${reason}\n  → ${next}`);
};
