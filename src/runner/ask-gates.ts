/** Asks the gates of a phase until all are green; what could not be measured is a no-go. The stream goes on meanwhile. */
import type {Gate, Measures} from '../gate/gate.ts';
import type {Verdict} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import type {Named} from '../plan/plan.ts';

export type GateRequest = {
  readonly gates: readonly Named[];
  readonly known: Readonly<Record<string, Gate>>;
  readonly measures: (gate: Named) => Measures;
};

export const askGates = async ({gates, known, measures}: GateRequest): Promise<Verdict[]> => {
  const verdicts: Verdict[] = [];
  for (const gate of gates) verdicts.push({gate: gate.name, ...(await askOne(gate, known[gate.name], measures(gate)))});
  return verdicts;
};

const askOne = async (gate: Named, member: Gate | undefined, measures: Measures): Promise<Omit<Verdict, 'gate'>> => {
  if (!member) throw new TerminalError(`there is no gate ${gate.name}`, {code: 'CF-PLAN-001', next: 'crossfade validate'});
  try {
    return await member.check(measures);
  } catch (error) {
    return {go: false, evidence: `could not be measured: ${error instanceof Error ? error.message : String(error)}`};
  }
};

/** Whether a person would be told something new. */
export const sameVerdicts = (a: readonly Verdict[], b: readonly Verdict[]): boolean =>
  a.length === b.length &&
  a.every(
    (verdict, i) =>
      verdict.gate === b[i]?.gate &&
      verdict.go === b[i]?.go &&
      (verdict.go || withoutNumbers(verdict.evidence) === withoutNumbers(b[i]?.evidence ?? '')),
  );

const withoutNumbers = (text: string): string => text.replace(/\d+/g, '#');
