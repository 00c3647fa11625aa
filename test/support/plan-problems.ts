import {pinPlan} from '../../src/plan/plan-file.ts';
import {PlanInvalid} from '../../src/plan/plan-invalid.ts';

/** What a person is told of a plan, a line each, without the file and the place; none of one that is valid. */
export function problemsOf(text: string): string[] {
  try {
    pinPlan(text, 'p.yaml');
  } catch (error) {
    if (error instanceof PlanInvalid) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}
