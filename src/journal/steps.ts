import {errorText, isCoded} from '../model/errors.ts';
import type {Journal} from './journal.ts';
import {outcomeOf, stepsOf} from './step-state.ts';

/** One visit of a phase; `attempt` as `runState` counts it. */
export type StepPlace = {readonly phase: string; readonly attempt: number};
type Step = StepPlace & {readonly step: string};

/**
 * The `Steps` of one visit (contract in `phase/phase.ts`). Made by the runner for each phase it runs, under the lease,
 * so no other process writes steps of this migration meanwhile. An outcome must be JSON: a later run reads it back.
 */
export const journaledSteps = (journal: Journal, place: StepPlace) => ({
  /** An outcome of any attempt counts: what is done once per migration is not done again on a later visit. */
  once: async <T>(step: string, act: () => Promise<T>): Promise<T> => {
    const known = outcomeOf(stepsOf(await journal.entries()), place.phase, step);
    const {evidence} = known ?? (await perform(journal, {...place, step}, act));
    // The recorded form also the first time, so that a value which JSON cannot hold does not first show after a crash.
    return evidence as T;
  },
  each: async <T>(step: string, act: () => Promise<T>, kept?: (result: T) => unknown): Promise<T> =>
    (await perform(journal, {...place, step}, act, kept)).result,
});

async function perform<T>(
  journal: Journal,
  step: Step,
  act: () => Promise<T>,
  kept: (result: T) => unknown = (result) => result,
): Promise<{readonly result: T; readonly evidence: unknown}> {
  await journal.append({type: 'step-intent', ...step});
  const result = await attempt(journal, step, act);
  const {fact} = await journal.append({type: 'step-outcome', ...step, evidence: kept(result)});
  return {result, evidence: fact.type === 'step-outcome' ? fact.evidence : undefined};
}

async function attempt<T>(journal: Journal, step: Step, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = isCoded(error) ? error.code : undefined;
    const text = errorText(error);
    // A journal that fails as well is met again by the runner's own entry; the step's error, whose kind decides what
    // the runner does next, would be lost here.
    await Promise.allSettled([journal.append({type: 'step-failed', ...step, error: text, code})]);
    throw error;
  }
}
