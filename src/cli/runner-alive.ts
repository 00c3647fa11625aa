/** Whether the runner on record is still there. A killed one could not say goodbye. */
import {hostname} from 'node:os';
import type {RunState} from '../journal/run-state.ts';

/** Undefined when it cannot be told from here: another machine, or a holder that names none. */
export function isRunnerAlive(runner: NonNullable<RunState['runner']>): boolean | undefined {
  if (runner.stopped !== undefined) return false;
  return machineOf(runner.holder) === hostname() ? hasProcess(runner.pid) : undefined;
}

/** No runner will take up what is recorded now, as far as it can be told from here. */
export const isUnattended = ({runner}: Pick<RunState, 'runner'>): boolean => runner === undefined || isRunnerAlive(runner) === false;

/** Of `person@machine`, or of what a lease says: `person@machine, pid 4711`. */
const machineOf = (holder: string): string | undefined => /@([^@,]+)(?:,.*)?$/.exec(holder)?.[1];

/** Signal 0 asks and does nothing. A process of another user exists although we may not signal it. */
function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
