/** `plan --detailed-exitcode`: 0 nothing is left to do, 1 an error or a refusal, 2 something is. The codes of Terraform, and of this flag alone. */
import {EXIT, type ExitCode} from './exit-codes.ts';
import type {GlobalOptions} from './command.ts';
import {runsOf, withState} from './run-choice.ts';

/** The newest run of this very plan is complete: the traffic has moved, and nothing of it is left behind. */
export async function isDoneAlready(checksum: string, global: GlobalOptions): Promise<boolean> {
  const runs = await withState({global}, runsOf);
  return runs.findLast(({state}) => state.plan.checksum === checksum)?.state.status === 'completed';
}

export const detailedCode = (code: ExitCode): ExitCode => (code === EXIT.done ? SOMETHING_TO_DO : EXIT.failed);

/** Elsewhere a fault of the command line, which is 1 here. */
const SOMETHING_TO_DO: ExitCode = 2;
