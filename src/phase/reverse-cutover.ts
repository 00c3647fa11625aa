import type {Phase} from './phase.ts';
import {ensureReverse} from './stream-roles.ts';
import {switchSides} from './switch-sides.ts';

/** The same protocol with the sides exchanged: no write that the target acknowledged is lost on the way back. */
export const reverseCutover: Phase = {
  async run(context) {
    return switchSides(context, 'reverse', () => ensureReverse(context));
  },
};
