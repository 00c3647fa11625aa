/** An assessment in words. */
import type {Assessment} from './assess-report.ts';

const mib = (bytes: number): string => `${(bytes / 1048576).toFixed(1)} MiB`;

export const assessLines = (report: Assessment): string[] => [
  `objects      ${report.objects.map(({kind, count}) => `${count} ${kind}`).join(', ')}; ${mib(report.databaseBytes)} in all`,
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
  ...statementLines(report.statements),
  ...conversionLines(report.conversion),
  ...report.findings.map(
    ({severity, code, object, reason, next}) => `${severity === 'refuse' ? 'REFUSED' : severity} ${code} ${object}: ${reason}\n  → ${next}`,
  ),
];

const conversionLines = (conversion: Assessment['conversion']): string[] => {
  if (!conversion) return [];
  const {types, left} = conversion;
  return [
    `types        ${types.length} columns`,
    ...types.flatMap(({table, column, from, to, others, losses}) => [
      `  ${`${table}.${column}`.padEnd(32)} ${from} → ${to ?? 'REFUSED'}${others.length ? `   (or ${others.join(', ')})` : ''}`,
      ...losses.map(({what, becomes, rows}) => `    ${rows ?? 'not counted:'} ${rows === null ? '' : 'rows with '}${what}: ${becomes}`),
    ]),
    `left         ${left.length} objects are not converted, or not as they were`,
    ...left.flatMap(({severity, object, reason, text, next}) => [
      `  ${severity === 'refuse' ? 'REFUSED' : severity} ${object}: ${reason}`,
      ...text.split('\n').map((line) => `      ${line}`),
      `    → ${next}`,
    ]),
  ];
};

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
const statementLines = (statements: Assessment['statements']): string[] =>
  statements === null
    ? ['statements   no record: pg_stat_statements is not installed, loaded or readable']
    : [
        'statements   by total time',
        ...statements.map(({query, calls, meanMs, maxMs}) => `  ${meanMs} ms (at most ${maxMs}) × ${calls}  ${query}`),
      ];
