/**
 * Makes the new shape final: from here on it is the application's, and abort leaves it alone. Everything is looked at
 * once more first, and a row that lacks its value takes the run back to the verification, which says so.
 */
import type {Phase} from './phase.ts';
import {validateAll} from './verify-expansion.ts';
import {workplaceOf} from './workplace.ts';

export const contract: Phase = {
  async run(context) {
    const lacking = (await validateAll(context)).filter(({unfilled}) => unfilled !== '0');
    if (lacking.length) return {event: {type: 'back'}, evidence: {lacking}};
    for (const operation of context.operations) {
      const outcome = await context.steps.each(`complete ${operation.name}`, () => operation.complete(workplaceOf(context)));
      if (outcome === 'unfilled') return {event: {type: 'back'}, evidence: {lacking: [{name: operation.name}]}};
    }
    await context.steps.once('finish', () => context.source.control.finish());
    return {event: {type: 'done'}, evidence: {operations: context.operations.map(({name}) => name)}};
  },
};
