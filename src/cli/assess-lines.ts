/** An assessment in words. */
import type {Assessment} from './assess-report.ts';
import {findingLines} from './finding-lines.ts';

type Loss = {readonly what: string; readonly becomes: string; readonly rows: string | null};

const mib = (bytes: number): string => `${(bytes / 1048576).toFixed(1)} MiB`;

export const assessLines = (report: Assessment): string[] => [
  `objects      ${report.objects.map(({kind, count}) => `${count} ${kind}`).join(', ')}; ${mib(report.databaseBytes)} in all`,
  `in scope     ${report.scope.tables} tables, ~${report.scope.rows} rows, ${mib(report.scope.bytes)}${report.scope.withoutKey ? `; ${report.scope.withoutKey} WITHOUT KEY` : ''}`,
  `features     ${report.features.map(({name, count}) => `${count} ${name}`).join(', ') || 'none beyond plain columns, keys and indexes'}`,
  `extensions   ${report.extensions.map(({name, version}) => `${name} ${version}`).join(', ') || 'none'}`,
  ...report.tables.map(
    ({name, rows, bytes, key}) => `  ${name.padEnd(32)} ~${rows} rows, ${mib(bytes)}, ${key.length ? `key (${key.join(', ')})` : 'NO KEY'}`,
  ),
  `growth       ${mib(report.growth.bytesPerMonth)} a month, ${mib(report.growth.logBytesPerHour)} of log an hour${untilFull(report.growth.monthsUntilTargetIsFull)}`,
  `estimate     copy ~${report.estimate.copySeconds} s at ${mib(report.estimate.assumedBytesPerSecond)}/s, ~${mib(report.estimate.diskBytes)} on the target, ~${mib(report.estimate.logBytesKeptOnSource)} of log kept on the source meanwhile`,
  ...(['source', 'target'] as const).map((side) => {
    const {used, max, needed} = report.connections[side];
    return `connections  ${side}: ${used} of ${max} in use, ${needed} needed`;
  }),
  `key indexes  ${indexWords(report.indexCheck)}`,
  `checksums    source ${onOff(report.hasChecksums.source)}, target ${onOff(report.hasChecksums.target)}`,
  ...statementLines(report),
  ...programLines(report),
  ...conversionLines(report.conversion),
  ...findingLines(report.findings),
  `cutover      ${report.readiness.isReady ? 'could come from what is known now' : 'NOT READY'}`,
  ...report.readiness.checks.map(({question, isReady, evidence}) => `  ${READY[String(isReady)]} ${question}: ${evidence}`),
];

const READY: Readonly<Record<string, string>> = {true: 'yes    ', false: 'NO     ', null: 'unknown'};

/** Their texts are shown where they are work for a person, and always in JSON. */
const programLines = ({programs}: Assessment): string[] => {
  if (programs.length === 0) return [];
  const kinds = [...Map.groupBy(programs, ({kind}) => kind)];
  return [
    `programs     ${programs.length} beside the tables; --json has their texts`,
    ...kinds.map(([kind, all]) => `  ${kind.padEnd(18)} ${all.map(({name}) => name).join(', ')}`),
  ];
};

const conversionLines = (conversion: Assessment['conversion']): string[] => {
  if (!conversion) return [];
  const {types, left} = conversion;
  return [
    `types        ${types.length} columns`,
    ...types.flatMap(({table, column, from, to, others, losses, otherLosses}) => [
      `  ${`${table}.${column}`.padEnd(32)} ${from} → ${to ?? 'REFUSED'}${others.length ? `   (or ${others.join(', ')})` : ''}`,
      ...losses.filter(isMet).map((loss) => `    ${lossWords(loss)}`),
      ...otherLosses.filter(isMet).map((loss) => `    as ${loss.type}: ${lossWords(loss)}`),
    ]),
    ...unmetLines(types.flatMap(({losses}) => losses)),
    `left         ${left.length} objects are not converted, or not as they were`,
    ...left.flatMap(({severity, object, reason, text, next}) => [
      `  ${severity === 'refuse' ? 'REFUSED' : severity} ${object}: ${reason}`,
      ...text.split('\n').map((line) => `      ${line}`),
      `    → ${next}`,
    ]),
  ];
};

const isMet = ({rows}: Loss): boolean => rows !== '0';

/** What was looked for in vain, once for all columns; --json says it of each. */
const unmetLines = (losses: readonly Loss[]): string[] => {
  const unmet = [...new Set(losses.filter((loss) => !isMet(loss)).map(({what}) => what))];
  return unmet.length ? [`  elsewhere no row has ${unmet.join(', ')}`] : [];
};

const lossWords = ({what, becomes, rows}: Loss): string =>
  `${rows ?? 'not counted:'} ${rows === null ? '' : 'rows with '}${what}: ${becomes}`;

const untilFull = (months: number | null): string => {
  if (months === null) return '';
  return months === 0 ? '; the target has no room for the copy' : `; the target is full in ${months} months`;
};

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off');

const indexWords = (check: Assessment['indexCheck']): string => {
  if ('notChecked' in check) return `not checked: ${check.notChecked}`;
  return `${check.checked} checked, ${check.corrupt.length ? `${check.corrupt.length} CORRUPT` : 'all sound'}`;
};

/** What the same statements cost on the target after the cutover can be compared with. */
const statementLines = ({statements, statementsNotRecorded}: Assessment): string[] =>
  statements === null
    ? [`statements   no record: ${statementsNotRecorded}`]
    : [
        'statements   by total time',
        ...statements.map(({query, calls, meanMs, maxMs}) => `  ${meanMs} ms (at most ${maxMs}) × ${calls}  ${query}`),
      ];
