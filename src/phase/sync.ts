/** From here on the application may write the old shape or the new one: what one of them gets, the other one has. */
import type {Phase} from './phase.ts';
import {workplaceOf} from './workplace.ts';

/** What it makes goes with the new shape: `expand` undoes both. */
export const sync: Phase = {
  async run(context) {
    const twofold = context.operations.filter(({words}) => words.sync !== undefined);
    for (const operation of twofold) await context.steps.once(`sync ${operation.name}`, () => operation.sync(workplaceOf(context)));
    return {event: {type: 'done'}, evidence: {operations: twofold.map(({name}) => name)}};
  },
};
