/** `rehearsal:` of a plan: what becomes of single columns in an anonymised clone, where the default rule is not wanted. */
import * as z from 'zod';
import type {ColumnDisguise, ColumnRule} from '../model/column-disguise.ts';

const columnName = z.string().regex(/^[^.\s*]+\.[^.\s*]+\.[^.*]+$/, 'must be schema.table.column');

const word = z.enum(['keep', 'null', 'hash', 'fake', 'shuffle', 'range']);
const constant = z.strictObject({constant: z.string({error: 'must be a text (quote it if it looks like a number)'})});
const range = z.strictObject({
  range: z.union([z.enum(['year', 'month', 'day', 'hour']), z.number().positive('must be above 0')], {
    error: 'must be a step above 0, or year, month, day, hour',
  }),
});

const disguise = z
  .union([word, constant, range], {error: 'must be keep, "null", hash, fake, shuffle, range, {constant: TEXT} or {range: STEP}'})
  .transform((written): ColumnDisguise => {
    if (typeof written === 'string') return {kind: written};
    return 'constant' in written ? {kind: 'constant', value: written.constant} : {kind: 'range', step: written.range};
  });

export const rehearsal = z
  .strictObject({
    columns: z
      .record(columnName, disguise)
      .default({})
      .describe('By schema.table.column. A column that is not named follows its name and type: texts become other texts.'),
  })
  .transform(({columns}) => ({columns: Object.entries(columns).map(([name, rule]) => ruleOf(name, rule))}))
  .describe('How crossfade rehearse makes its anonymised clone of the source.');

function ruleOf(name: string, rule: ColumnDisguise): ColumnRule {
  const [schema = '', table = '', ...column] = name.split('.');
  return {table: `${schema}.${table}`, column: column.join('.'), disguise: rule};
}
