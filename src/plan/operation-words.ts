/** What several operations have in common, as a plan writes it. */
import * as z from 'zod';
import {nonEmpty} from './plan-words.ts';

/** Unlike a scope's pattern it names exactly one table. */
export const table = z
  .string()
  .regex(/^[^.\s*]+\.[^.\s*]+$/, 'must be schema.table')
  .transform((text) => {
    const [schema = '', name = ''] = text.split('.');
    return {schema, name};
  })
  .describe('schema.table');

export const name = nonEmpty.max(63, 'must be 63 characters at most');
export const columns = z.array(name).min(1, 'must name at least one');
export const goesWith = z
  .array(name)
  .default([])
  .describe('Names of indexes, constraints or functions that may go with the column; anything else holds contract up.');

/** Both are looked at beforehand: what the old column has, the new one is to have. */
export const final = {
  notNull: z.boolean().default(false).describe('Final only at contract, when every row has been seen to have a value.'),
  default: z.exactOptional(nonEmpty.describe('An expression. It stands from contract on.')),
};
export const type = nonEmpty.describe('As the database writes it: numeric(12,2).');
export const given = (byDefault: string | undefined): {readonly default?: string} => (byDefault === undefined ? {} : {default: byDefault});
