/** Adds the new shape beside the old one. The application notices nothing: what it does not know keeps itself in step. */
import type {Phase} from './phase.ts';
import {workplaceOf} from './workplace.ts';

export const expand: Phase = {
  async run(context) {
    for (const operation of context.operations)
      await context.steps.once(`start ${operation.name}`, () => operation.start(workplaceOf(context)));
    return {event: {type: 'done'}, evidence: {operations: context.operations.map(({name}) => name)}};
  },
  async undo(context) {
    for (const operation of context.operations.toReversed()) await operation.undo(workplaceOf(context));
  },
};
