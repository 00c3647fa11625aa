/**
 * The target answers a growing share of the reads, while some of them are still compared. Every phase after it keeps the
 * last share. Run again after a crash or a halt it begins with the first share.
 */
import {ensureForward} from './stream-roles.ts';
import type {Phase} from './phase.ts';
import {holdLevel} from './read-level.ts';
import {readsOf} from './reported-reads.ts';
import {isShifted, stopReads} from './read-route.ts';

export const shiftReads: Phase = {
  async run(context) {
    await ensureForward(context);
    const {steps, answered} = readsOf(context).shift;
    if (await isShifted(context, steps)) return {event: {type: 'done'}, evidence: {kept: 'the target answers reads already'}};
    const shares: unknown[] = [];
    for (const readPercent of steps) {
      context.telemetry.note(`the target answers ${readPercent} % of the reads`);
      const level = {readPercent, equal: 0, served: answered};
      shares.push({readPercent, ...(await context.steps.each('shift-reads', () => holdLevel(context, level)))});
    }
    return {event: {type: 'done'}, evidence: {shares}};
  },
  undo: stopReads,
};
