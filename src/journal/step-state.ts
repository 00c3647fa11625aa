import type {Entry} from './journal.ts';
import {isOf} from './recorded.ts';

/** The newest that is known of one step in one attempt of its phase. */
export type StepState = {readonly phase: string; readonly attempt: number; readonly step: string} & (
  | {/** Ask the databases whether it happened. */ readonly state: 'intended'}
  | {readonly state: 'done'; readonly evidence: unknown}
  | {readonly state: 'failed'; readonly code: string | undefined; readonly error: string}
);

/** In the order of their first intent. */
export function stepsOf(entries: readonly Entry[]): readonly StepState[] {
  const steps = new Map<string, StepState>();
  for (const entry of entries) {
    const state = stepState(entry);
    if (state !== undefined) steps.set(JSON.stringify([state.phase, state.attempt, state.step]), state);
  }
  return [...steps.values()];
}

/** The newest recorded outcome of a step, of whatever attempt; `undefined` when it was never finished. */
export const outcomeOf = (steps: readonly StepState[], phase: string, step: string): {readonly evidence: unknown} | undefined =>
  steps.findLast(
    (state): state is Extract<StepState, {state: 'done'}> => state.state === 'done' && state.phase === phase && state.step === step,
  );

function stepState(entry: Entry): StepState | undefined {
  if (isOf(entry, 'step-intent')) return {...place(entry.fact), state: 'intended'};
  if (isOf(entry, 'step-outcome')) return {...place(entry.fact), state: 'done', evidence: entry.fact.evidence};
  if (isOf(entry, 'step-failed')) return {...place(entry.fact), state: 'failed', code: entry.fact.code, error: entry.fact.error};
  return undefined;
}

const place = ({phase, attempt, step}: {readonly phase: string; readonly attempt: number; readonly step: string}) => ({
  phase,
  attempt,
  step,
});
