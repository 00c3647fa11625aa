import {TerminalError} from '../model/errors.ts';
import {resumeFailover} from './failover-pause.ts';
import type {Phase} from './phase.ts';
import {ensureForward} from './stream-roles.ts';
import {endHold, rolesOf} from './roles.ts';
import {lookWhoIsOpen, newestAttempt, switchSides} from './switch-sides.ts';

/** Moves the application from the source to the target (hazards §3.3, C0-C12). The gates were green a moment ago. */
export const cutover: Phase = {
  async run(context) {
    return switchSides(context, 'forward', () => ensureForward(context));
  },
  /** Abort after a crash in here: an open attempt is taken back; a decision is not. */
  async undo(context) {
    const found = await lookWhoIsOpen(context);
    const roles = rolesOf(context, 'forward');
    if (found.action === 'release' && (await roles.closing.fence.release(found.epoch)) === 'released')
      await endHold(context, roles, found.epoch);
    else if (found.action !== 'none' || found.open !== 'source')
      throw new TerminalError('the cutover has been decided, so it cannot be aborted', {
        code: 'CF-VERB-001',
        next: 'crossfade resume, then crossfade reverse',
      });
    // Not lower than that of the attempt that paused it, which may have been ours.
    await resumeFailover(context, Math.max(context.epoch * 1000, await newestAttempt(roles)), 'once');
    await context.target.source.dropStream('reverse');
  },
};
