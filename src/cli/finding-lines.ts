/** Findings for people: each refusal by itself, because each wants an answer; what else is alike is said once. */
import type {Finding} from '../engine/finding.ts';

export const findingLines = (findings: readonly Finding[]): string[] => [
  ...[...Map.groupBy(findings, alike).values()].flatMap(([first, ...others]) => (first ? linesOf(first, others) : [])),
];

const alike = (finding: Finding): string => {
  const {severity, code, object, reason, next} = finding;
  return JSON.stringify([severity, code, reason, next, ...(severity === 'refuse' ? [object] : [])]);
};

const linesOf = ({severity, code, object, reason, next}: Finding, others: readonly Finding[]): string[] => [
  `${severity === 'refuse' ? 'REFUSED' : severity} ${code} ${object}${others.length ? ` and ${others.length} more` : ''}: ${reason}`,
  ...(others.length ? [`  ${others.map((other) => other.object).join(', ')}`] : []),
  `  → ${next}`,
];
