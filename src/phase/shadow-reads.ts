/** A share of the reads is tried on both sides, and the source goes on answering. Enough of them must be equal, and none may differ. */
import type {Phase} from './phase.ts';
import {ensureForward} from './stream-roles.ts';
import {holdLevel} from './read-level.ts';
import {readsOf} from './reported-reads.ts';
import {isShifted, stopReads} from './read-route.ts';

export const shadowReads: Phase = {
  async run(context) {
    await ensureForward(context);
    const {shadow, shift} = readsOf(context);
    if (await isShifted(context, shift.steps)) return {event: {type: 'done'}, evidence: {kept: 'the target answers reads already'}};
    const {equal} = shadow;
    const evidence = await context.steps.each('shadow-reads', () => holdLevel(context, {readPercent: 0, equal, served: 0}));
    return {event: {type: 'done'}, evidence};
  },
  undo: stopReads,
};
