/** What each gate measured before each phase: the verdicts in a row that said the same are one line. */
import type {Entry, Verdict} from '../journal/journal.ts';
import {isOf} from '../journal/recorded.ts';

export type GateLine = {
  readonly phase: string;
  readonly gate: string;
  readonly go: boolean;
  readonly from: string;
  readonly until: string;
  /** How often it was measured in that time. */
  readonly looks: number;
  /** Of the last look. */
  readonly evidence: string;
};

/** All gates were green at one moment, and the phase could begin. */
export type GatesPassed = {readonly at: string; readonly phase: string; readonly verdicts: readonly Verdict[]};

export function gateLinesOf(entries: readonly Entry[]): readonly GateLine[] {
  const lines: GateLine[] = [];
  const newest = new Map<string, number>();
  for (const entry of entries) {
    if (isOf(entry, 'phase-started')) newest.clear();
    if (!isOf(entry, 'gate-verdict')) continue;
    const {phase, verdict} = entry.fact;
    const at = newest.get(verdict.gate);
    const before = at === undefined ? undefined : lines[at];
    if (at !== undefined && before?.go === verdict.go)
      lines[at] = {...before, until: entry.at, looks: before.looks + 1, evidence: verdict.evidence};
    else newest.set(verdict.gate, lines.push({phase, ...verdict, from: entry.at, until: entry.at, looks: 1}) - 1);
  }
  return lines;
}

export const gatesPassedOf = (entries: readonly Entry[]): readonly GatesPassed[] =>
  entries.flatMap((entry) => (isOf(entry, 'gates-passed') ? [{at: entry.at, phase: entry.fact.phase, verdicts: entry.fact.verdicts}] : []));
