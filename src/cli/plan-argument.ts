/** The plan that a verb was given: a file, or `-` for what comes in on stdin. Names in it are relative to the file, or to this folder. */
import {text} from 'node:stream/consumers';
import type {PinnedPlan} from '../plan/plan.ts';
import type {Invocation} from './command.ts';

/** What stands in the place of a file's name when the plan came in on stdin. */
export const STDIN = '-';

export async function planArgument({args: [file], stdin}: Pick<Invocation, 'args' | 'stdin'>): Promise<PinnedPlan> {
  const {pinPlan, readPlanFile} = await import('../plan/plan-file.ts');
  return file === STDIN ? {...pinPlan(await text(stdin), STDIN), file: STDIN} : readPlanFile(String(file));
}
