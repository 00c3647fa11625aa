/** What every runner does before its first phase: `runner/lease.ts`. */
import {isInPlace} from '../plan/plan.ts';
import {step, type OutlineStep} from './outline.ts';
import type {PlanFacts} from './plan-facts.ts';

/** Both sides, source first. */
export const startSteps = async ({source, target, plan}: Pick<PlanFacts, 'source' | 'target' | 'plan'>): Promise<OutlineStep[]> => {
  const sides = isInPlace(plan) ? [source] : [source, target];
  const where = isInPlace(plan) ? 'in the database' : 'on both sides';
  return [
    await step(
      'install',
      `make the schema crossfade ${where}, with its tables`,
      sides.map((side) => side?.control.install()),
    ),
    await step(
      'lease',
      `be the only runner: a lock ${where}, and the end of sessions that an earlier runner left`,
      sides.map((side) => side?.control.lease()),
    ),
  ];
};
