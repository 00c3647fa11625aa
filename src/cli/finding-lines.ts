/** Findings for people: each refusal by itself, because each wants an answer; what else is alike is said once. */
import type {Finding} from '../engine/finding.ts';

export const findingLines = (findings: readonly Finding[]): string[] => [
  ...[...Map.groupBy(findings, alike).values()].flatMap(([first, ...others]) => (first ? linesOf(first, others) : [])),
];

const alike = (finding: Finding): string => {
  const {severity, code, object, reason, next} = finding;
  return JSON.stringify([severity, code, reason, next, ...(severity === 'refuse' ? [object] : [])]);
};

/** As many objects are named in the line itself. */
const NAMED_MAX = 3;

const linesOf = (first: Finding, others: readonly Finding[]): string[] => {
  const {severity, code, object, reason, next} = first;
  const all = [first, ...others].map((one) => one.object).join(', ');
  const isFew = others.length < NAMED_MAX;
  return [
    `${severity === 'refuse' ? 'REFUSED' : severity} ${code} ${isFew ? all : `${object} and ${others.length} more`}: ${reason}`,
    ...(isFew ? [] : [`  ${others.map((other) => other.object).join(', ')}`]),
    `  → ${next}`,
  ];
};
