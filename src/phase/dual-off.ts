/** There is no way back any more, so nobody asks for tokens: writes cost what they did before. */
import type {Phase} from './phase.ts';
import {SOURCE_ONLY, writeReadRoute} from './read-route.ts';

export const dualOff: Phase = {
  async run(context) {
    await context.steps.once('dual-off', () => writeReadRoute(context, SOURCE_ONLY));
    return {event: {type: 'done'}, evidence: {}};
  },
};
