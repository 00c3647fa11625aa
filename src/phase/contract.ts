/**
 * Makes the new shape final: from here on it is the application's, and abort leaves it alone. Everything is looked at
 * once more first: a row that is not as it has to be takes the run back to the verification, which says so, and what is
 * still used does not go.
 */
import {refuseIfUsed} from './old-shape.ts';
import type {Phase} from './phase.ts';
import {validateAll} from './verify-expansion.ts';
import {workplaceOf} from './workplace.ts';

export const contract: Phase = {
  async run(context) {
    const lacking = (await validateAll(context)).filter(({unfilled}) => unfilled !== '0');
    if (lacking.length) return {event: {type: 'back'}, evidence: {lacking}};
    await refuseIfUsed(context);
    for (const operation of context.operations) {
      const outcome = await context.steps.each(`complete ${operation.name}`, () => operation.complete(workplaceOf(context)));
      if (outcome === 'unfilled') return {event: {type: 'back'}, evidence: {lacking: [{name: operation.name}]}};
    }
    await context.steps.once('finish', () => context.source.control.finish());
    return {event: {type: 'done'}, evidence: {operations: context.operations.map(({name}) => name)}};
  },
};
