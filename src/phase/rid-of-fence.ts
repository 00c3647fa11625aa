/** The end of a fence that lets everything pass: each of its triggers goes in a moment in which nobody has the table. */
import {nameOf, type TableName} from '../model/table.ts';
import type {PhaseContext} from './phase.ts';

const AGAIN_MS = 1_000;
/** Somebody who holds a table for longer keeps the trigger, which costs a little per statement and stops nothing. */
const PATIENCE_MS = 60_000;
const KEY = 'triggers of the fence';

/** Answers the tables that still have theirs. */
export const ridOfFence = async ({target, tables, clock, telemetry, signal}: PhaseContext): Promise<readonly TableName[]> => {
  const fenced = await tables('target');
  const [since, beganMs] = [clock.now().toISOString(), clock.monotonicMs()];
  try {
    for (;;) {
      const left = await target.fence.clean(fenced);
      if (left.length === 0 || clock.monotonicMs() - beganMs >= PATIENCE_MS) return left;
      telemetry.wait(KEY, {
        cause: `${left.map(nameOf).join(', ')} on the target are in use, and the triggers of the fence, which let everything pass, cannot be dropped`,
        since,
        owner: 'whoever has long transactions there',
        next: {command: 'crossfade explain clean-target-fence', why: 'after a minute they stay, and the record of the end names them'},
      });
      await clock.sleep(AGAIN_MS, signal);
      signal.throwIfAborted();
    }
  } finally {
    telemetry.wait(KEY, undefined);
  }
};
