/** From here on every write of a router leaves its token, so that later it is known which side shows what a reader has written. */
import {TerminalError} from '../model/errors.ts';
import {outboxFaults} from './outbox.ts';
import type {Phase} from './phase.ts';
import {readsOf, reportsOf} from './reported-reads.ts';
import {stopReads, writeReadRoute} from './read-route.ts';

export const dualOn: Phase = {
  async run(context) {
    const {outbox} = readsOf(context);
    const faults = await outboxFaults(context, context.plan.plan);
    if (faults.length)
      throw new TerminalError(`the outbox ${faults.join(', ')}`, {code: 'CF-READ-003', next: 'docs/dual-write.md says how it is made'});
    await context.steps.once('let-routers-report', async () => {
      for (const role of context.plan.plan.applicationRoles) await reportsOf(context).allow(role);
    });
    await context.steps.once('dual-on', () => writeReadRoute(context, {readPercent: 0, dual: {shadowPercent: 0}}));
    return {event: {type: 'done'}, evidence: {outbox}};
  },
  undo: stopReads,
};
