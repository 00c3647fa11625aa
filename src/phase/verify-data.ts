/** Compares both sides while both are in use. A difference, or a row that could not be compared, stops the run. */
import {TerminalError} from '../model/errors.ts';
import {evidenceOf, firstDifferences} from './compare-sides.ts';
import {lane} from './lane.ts';
import type {Phase} from './phase.ts';
import {ensureForward} from './stream-roles.ts';

export const verifyData: Phase = {
  async run(context) {
    const link = await ensureForward(context);
    const inTurn = (stop: AbortSignal) => lane(context, 'verify', 'between ranges', stop);
    const report = await context.steps.each('compare', () => context.verification.compareAll(link, context.signal, inTurn));
    if (report.differing)
      throw new TerminalError(`${report.differing} rows differ: ${firstDifferences(report)}`, {
        code: 'CF-VERIFY-001',
        next: 'crossfade verify --repair, or abort',
      });
    if (!report.equal)
      throw new TerminalError(`${report.uncompared} rows changed every time they were looked at`, {
        code: 'CF-VERIFY-002',
        next: 'crossfade resume, when the load is lower',
      });
    return {event: {type: 'done'}, evidence: evidenceOf(report, context.clock.now(), link.direction)};
  },
};
