/** Adds the new shape beside the old one. The application notices nothing: what it does not know keeps itself in step. */
import type {Phase} from './phase.ts';
import {workplaceOf} from './workplace.ts';

export const expand: Phase = {
  async run(context) {
    for (const operation of context.operations) await context.steps.once(`start ${operation.name}`, () => operation.start(workplaceOf(context)));
    return {event: {type: 'done'}, evidence: {operations: context.operations.map(({name}) => name)}};
  },
  /** The last undo of an abort: after it no trace is left, our own schema included. */
  async undo(context) {
    for (const operation of context.operations.toReversed()) await operation.undo(workplaceOf(context));
    await context.source.control.remove();
  },
};
