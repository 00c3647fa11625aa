/** Counts, operation by operation, the rows that lack what the new shape needs; one of them stops the run. */
import {TerminalError} from '../model/errors.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {workplaceOf} from './workplace.ts';

export const verifyExpansion: Phase = {
  async run(context) {
    const validations = await validateAll(context);
    const lacking = validations.filter(({unfilled}) => unfilled !== '0');
    if (lacking.length) throw unfilled(lacking);
    return {event: {type: 'done'}, evidence: {verification: summary(validations, context)}};
  },
};

type Validation = {readonly name: string; readonly rows: string; readonly unfilled: string};

/** Measured anew each time: also asked by `contract`, whose approval may be weeks older than the rows. */
export const validateAll = async (context: PhaseContext): Promise<Validation[]> => {
  const validations: Validation[] = [];
  for (const operation of context.operations) {
    const counts = await context.steps.each(`validate ${operation.name}`, () => operation.validate(workplaceOf(context)));
    validations.push({name: operation.name, ...counts});
  }
  return validations;
};

const unfilled = (lacking: readonly Validation[]): TerminalError =>
  new TerminalError(
    `rows that are not as the new shape needs them: ${lacking.map(({name, rows, unfilled: count}) => `${name}: ${count} of ${rows}`).join(', ')}`,
    {
      code: 'CF-VERIFY-001',
      next: 'mend those rows and crossfade resume, or crossfade abort and correct the operation',
    },
  );

/** The fields that every verification on record has. */
const summary = (validations: readonly Validation[], {clock}: PhaseContext): Record<string, unknown> => ({
  at: clock.now().toISOString(),
  equal: true,
  tables: validations.length,
  rows: validations.reduce((total, {rows}) => total + BigInt(rows), 0n).toString(),
  differing: 0,
  uncompared: 0,
});
