/**
 * The operator has said that there is no way back: streams and slots go, on both sides. The source's fence stays, so
 * that a forgotten client gets an error there and never an acknowledgement.
 */
import {nameOf} from '../model/table.ts';
import {accountFor, DROPPED} from './decommission-record.ts';
import type {Phase} from './phase.ts';
import {ridOfFence} from './rid-of-fence.ts';

export const decommission: Phase = {
  async run(context) {
    const {steps, source, target, replication} = context;
    await steps.once('stop-streams', () => Promise.all([replication.stop('forward'), replication.stop('reverse')]));
    const record = await steps.once('account', () => accountFor(context));
    await steps.once('drop-streams', async () => {
      await source.source.dropStream('forward');
      await target.source.dropStream('reverse');
    });
    const fencedYet = await steps.once('clean-target-fence', async () => (await ridOfFence(context)).map(nameOf));
    await steps.once('finish', () => Promise.all([source.control.finish(), target.control.finish()]));
    return {event: {type: 'done'}, evidence: {record: {...record, dropped: DROPPED, fencedYet}}};
  },
};
