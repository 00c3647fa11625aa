/** What `assess` concludes from what it measured. Pure. */
import type {Finding} from '../engine/engine.ts';
import {COPY_BYTES_PER_SECOND, copySecondsOf} from '../model/copy-estimate.ts';
import type {Inventory} from '../model/inventory.ts';
import type {Table} from '../model/table.ts';
import {readinessOf} from './assess-readiness.ts';
import type {Program} from '../phase/assess-programs.ts';
import {inventoryFindings, sessionsNeeded, type Inventories} from '../phase/assess-inventory.ts';
import type {ConversionReport} from '../phase/assess-conversion.ts';
import type {Plan} from '../plan/plan.ts';

/** Indexes are built anew and without bloat, and the log needs room while they are. */
const DISK_FACTOR = 1.3;
const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;

export type AssessFacts = {
  readonly plan: Plan;
  readonly tables: readonly (Table & {readonly label: string})[];
  readonly inventories: Inventories;
  /** The source again, `intervalMs` later. */
  readonly later: Pick<Inventory, 'databaseBytes' | 'logBytes'>;
  readonly intervalMs: number;
  readonly diskBytes: number | undefined;
  readonly findings: readonly Finding[];
  /** Of a source of another engine. */
  readonly conversion?: ConversionReport;
  /** Beside the tables, with their texts. */
  readonly programs?: readonly Program[];
};

export type Assessment = ReturnType<typeof assessReport>;

export const assessReport = (facts: AssessFacts) => {
  const {plan, tables, inventories} = facts;
  const {source, target} = inventories;
  const {conversion} = facts;
  const findings = bySeverity([...facts.findings, ...(conversion?.findings ?? []), ...inventoryFindings(plan, inventories)]);
  const {statements} = source;
  const needed = sessionsNeeded(plan);
  return {
    fit: findings.every((finding) => finding.severity !== 'refuse'),
    databaseBytes: source.databaseBytes,
    scope: scopeOf(tables),
    objects: source.objects,
    features: source.features,
    extensions: source.extensions,
    tables: tables.map((table) => ({name: table.label, rows: table.estimatedRows, bytes: table.estimatedBytes, key: table.key})),
    growth: growthOf(facts),
    connections: {source: {...source.connections, needed}, target: {...target.connections, needed}},
    estimate: estimateOf(facts),
    indexCheck: source.indexCheck,
    hasChecksums: {source: source.hasChecksums, target: target.hasChecksums},
    statements: 'notRecorded' in statements ? null : statements,
    statementsNotRecorded: 'notRecorded' in statements ? statements.notRecorded : null,
    programs: facts.programs ?? [],
    conversion: conversion ? {types: conversion.types, left: bySeverity(conversion.left)} : null,
    readiness: readinessOf({
      plan,
      tables,
      inventories,
      findings,
      wider: (conversion?.types ?? []).filter(({stops}) => stops !== undefined).length,
    }),
    findings,
  };
};

/** What stops a run first. */
const SEVERITIES = ['refuse', 'warn', 'info'] as const;
const bySeverity = <T extends {readonly severity: Finding['severity']}>(findings: readonly T[]): readonly T[] =>
  findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));

const scopeOf = (tables: AssessFacts['tables']) => ({
  tables: tables.length,
  rows: tables.reduce((total, {estimatedRows}) => total + estimatedRows, 0),
  bytes: tables.reduce((total, {estimatedBytes}) => total + estimatedBytes, 0),
  withoutKey: tables.filter(({key}) => key.length === 0).length,
});

const bytesOf = ({tables}: AssessFacts): number => tables.reduce((total, table) => total + table.estimatedBytes, 0);

/** Over the interval and taken as lasting; a shrinking database does not fill anything. */
const growthOf = (facts: AssessFacts) => {
  const {inventories, later, intervalMs, diskBytes} = facts;
  const bytesPerMonth = Math.max(0, ((later.databaseBytes - inventories.source.databaseBytes) / intervalMs) * MONTH_MS);
  const room = diskBytes === undefined ? undefined : diskBytes - diskNeeded(facts);
  return {
    bytesPerMonth: Math.round(bytesPerMonth),
    // A server that takes old files away may have less than before.
    logBytesPerHour: Math.max(0, Math.round(((later.logBytes - inventories.source.logBytes) / intervalMs) * HOUR_MS)),
    monthsUntilTargetIsFull:
      room === undefined ? null : room <= 0 ? 0 : bytesPerMonth === 0 ? null : Math.floor((room / bytesPerMonth) * 10) / 10,
  };
};

const diskNeeded = (facts: AssessFacts): number => Math.ceil(bytesOf(facts) * DISK_FACTOR);

/** The source keeps its log from the stream's start to the copy's end (H-60). */
const estimateOf = (facts: AssessFacts) => {
  const copySeconds = copySecondsOf(facts.tables);
  const {logBytesPerHour} = growthOf(facts);
  return {
    copySeconds,
    assumedBytesPerSecond: COPY_BYTES_PER_SECOND,
    diskBytes: diskNeeded(facts),
    logBytesKeptOnSource: Math.round((logBytesPerHour * copySeconds * 1000) / HOUR_MS),
  };
};
