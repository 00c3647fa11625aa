/** What the demo tells at its end: the table for people, the line for programs. Pure. */
import type {TableChecksum} from './fill-checksum.ts';
import {isClean, type OracleReport} from './oracle.ts';

export type DemoResult = {
  readonly oracle: OracleReport;
  readonly checksums: readonly TableChecksum[];
  /** Complete comparisons that the migration itself made and found equal. */
  readonly verifications: number;
  /** What the migration's own canary saw at each switch, in their order; without a number when its runner was killed there. */
  readonly canaries: readonly {readonly stallMs?: number}[];
  readonly completed: boolean;
  readonly seconds: number;
  readonly seed: number;
  readonly evidence: string;
};

/** Compared by the migration and compared again by the demo; what was not compared is never equal. */
export const isVerified = ({verifications, checksums}: DemoResult): boolean =>
  verifications > 0 && checksums.length > 0 && checksums.every(({isEqual}) => isEqual);

/** Depends on the data alone. */
export const isGood = (result: DemoResult): boolean => isClean(result.oracle) && isVerified(result);

export function jsonLine(result: DemoResult): string {
  const {oracle, seconds, seed, completed, evidence} = result;
  const {lost, duplicated, corrupt, acknowledged, failed, unknown, sideFaults} = oracle;
  const stallMs = oracle.perSwitch.map(({direction, maxStallMs, p99StallMs}) => ({direction, max: maxStallMs, p99: p99StallMs}));
  const canaryStallMs = result.canaries.map(({stallMs: seenMs}) => seenMs ?? null);
  return JSON.stringify({
    lost,
    duplicated,
    corrupt,
    acknowledged,
    verified: isVerified(result),
    stallMs,
    canaryStallMs,
    seconds,
    failed,
    unknown,
    sideFaults,
    completed,
    seed,
    evidence,
  });
}

export function reportText(result: DemoResult): string {
  const {oracle, checksums, evidence, seed, seconds} = result;
  const equal = checksums.filter(({isEqual}) => isEqual);
  const rows = checksums.reduce((sum, table) => sum + table.rows, 0);
  const table: readonly (readonly [string, string])[] = [
    ['filled rows', `${number(rows)} in ${checksums.length} tables`],
    ['checksums, both sides', `${equal.length} of ${checksums.length} tables equal${differing(checksums)}`],
    ['verified by the migration', `${result.verifications} complete comparisons, equal`],
    ['acknowledged writes', number(oracle.acknowledged)],
    ['lost', number(oracle.lost)],
    ['duplicated', number(oracle.duplicated)],
    ['changed', number(oracle.corrupt)],
    ['open sides', oracle.sideFaults === 0 ? 'one at a time, always' : `${number(oracle.sideFaults)} faults`],
    ['refused / without an answer', `${number(oracle.failed)} / ${number(oracle.unknown)}`],
    ...oracle.perSwitch.map(
      ({direction, maxStallMs, p99StallMs}, index) =>
        [
          `stall, switch ${index + 1} (${direction})`,
          `longest ${ms(maxStallMs)}, p99 ${ms(p99StallMs)}${canarySaw(result.canaries[index]?.stallMs)}`,
        ] as const,
    ),
  ];
  const width = Math.max(...table.map(([name]) => name.length));
  return [
    '',
    ...table.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    ...oracle.words.map((word) => `  ! ${word}`),
    isGood(result) ? `Nothing was lost. ${seconds} s in all.` : `NOT GOOD: ${whatIsWrong(result)}. ${seconds} s in all.`,
    `Evidence: ${evidence} (one log per client, the runner's log, switches.json, the journal in state/)`,
    `Again, with the same choices: npm run demo -- --seed ${seed}`,
    'Next: npm run demo -- --sabotage lose      (the oracle must notice; also duplicate, corrupt)',
    `      crossfade events --state ${evidence}/state      (everything that was decided, and when)`,
  ].join('\n');
}

function whatIsWrong(result: DemoResult): string {
  const {lost, duplicated, corrupt, sideFaults} = result.oracle;
  const counts = [
    [lost, 'lost'],
    [duplicated, 'duplicated'],
    [corrupt, 'changed'],
    [sideFaults, 'faults of ownership'],
  ] as const;
  const wrong = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return [...wrong, ...(isVerified(result) ? [] : ['the sides are not proven equal'])].join(', ');
}

function differing(checksums: readonly TableChecksum[]): string {
  const names = checksums.filter(({isEqual}) => !isEqual).map(({table}) => table);
  return names.length === 0 ? '' : `; different: ${names.join(', ')}`;
}

const number = (value: number): string => value.toLocaleString('en');
const canarySaw = (stallMs: number | undefined): string => (stallMs === undefined ? '' : `; the canary ${ms(stallMs)}`);
const ms = (value: number): string => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(0)} ms`);
