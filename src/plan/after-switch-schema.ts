/** The plan key `afterSwitch`: what is looked at while the target serves and can still be left. */
import * as z from 'zod';
import {duration, wholeNumber} from './plan-words.ts';

const statements = z
  .strictObject({
    factor: z
      .number({error: 'must be a number'})
      .gt(1, 'must be above 1')
      .default(2)
      .describe('Slower is a statement whose mean time has grown so many times …'),
    least: duration({min: 1}).prefault('10ms').describe('… and by as much.'),
    calls: wholeNumber(1, 1_000_000).default(10).describe('A statement that has been sent less often on a side is not compared.'),
  })
  .transform(({factor, least, calls}) => ({factor, leastMs: least, callsMin: calls}));

export const afterSwitch = z
  .strictObject({
    statements: z.exactOptional(statements.describe('When a statement counts as slower on the target than it was on the source.')),
  })
  .describe('What is looked at in the reverse window.');
