/** `mapping:` of a plan as people write it, and the rules it becomes. What needs the databases is checked by `mapping`. */
import * as z from 'zod';
import type {ColumnRule, FunctionReference, TableRule} from '../model/mapping-rules.ts';
import type {RowFilter} from '../model/row-filter.ts';
import type {TableName} from '../model/table.ts';
import {nonEmpty} from './plan-words.ts';
import {parseWhere} from './where-clause.ts';

const tableName = z
  .string()
  .regex(/^[^.\s*]+\.[^.\s*]+$/, 'must be schema.table')
  .transform((text): TableName => {
    const [schema = '', name = ''] = text.split('.');
    return {schema, name};
  });

const where = z.string().transform((text, context): RowFilter => {
  const filter = parseWhere(text);
  if (!('refused' in filter)) return filter;
  context.addIssue(filter.refused);
  return z.NEVER;
});

const functionReference = z
  .string()
  .regex(/^[^#]+#[A-Za-z_$][\w$]*$/, 'must be ./file.ts#name of an exported function')
  .transform((text): FunctionReference => {
    const [file = '', name = ''] = text.split('#');
    return {file, name, digest: ''};
  });

const columns = z.array(nonEmpty).min(2, 'must name at least two columns');

const column = z
  .strictObject({
    rename: z.exactOptional(nonEmpty.describe('What the column is called on the target.')),
    type: z.exactOptional(nonEmpty.describe('Its type on the target, where it is another one; of a constant, unless it is text.')),
    split: z.exactOptional(z.strictObject({into: columns, at: nonEmpty}).describe('Parts of a text become columns.')),
    merge: z.exactOptional(
      z.strictObject({from: columns, with: nonEmpty}).describe('Columns of the source become this column of the target.'),
    ),
    constant: z.exactOptional(
      z
        .string({error: 'must be a text (quote it if it looks like a number), or null'})
        .nullable()
        .describe('The value of this new column of the target.'),
    ),
    drop: z.exactOptional(z.literal(true).describe('The column stays behind.')),
    transform: z.exactOptional(functionReference.describe('A pure function from text to text, NULL being null: ./file.ts#name.')),
    inverse: z.exactOptional(functionReference.describe('The function that takes the result of transform back.')),
  })
  .refine((written) => contradiction(written) === undefined, {
    error: ({input}) => contradiction(input as object),
    // An unknown word has been reported by then, and would be missing here.
    when: ({issues}) => issues.length === 0,
  });

function contradiction(written: object): string | undefined {
  const [kind, ...others] = ['split', 'merge', 'constant', 'drop', 'transform'].filter((name) => name in written);
  const isNamed = 'rename' in written || ('type' in written && kind !== 'constant');
  if (others.length) return `can be one of ${[kind, ...others].join(', ')}, not all of them`;
  if (!kind && !isNamed) return 'must say what becomes of the column: rename, type, split, merge, constant, drop or transform';
  if (isNamed && kind && kind !== 'transform') return `rename and type do not go with ${kind}`;
  return 'inverse' in written && kind !== 'transform' ? 'inverse goes with transform only' : undefined;
}

const table = z.strictObject({
  to: z.exactOptional(tableName.describe('What the table is called on the target, as schema.table.')),
  where: z.exactOptional(where.describe('Which rows to move: column = 7 AND other IN (...); the others stay.')),
  columns: z.record(z.string(), column).default({}).describe('By column of the source; by column of the target for merge and constant.'),
});

export const mappingSchema = z
  .strictObject({tables: z.record(z.string().regex(/^[^.\s*]+\.[^.\s*]+$/, 'must be schema.table'), table)})
  .transform(({tables}) => Object.entries(tables).map(([name, rule]) => toTableRule(name, rule)))
  .describe('Tables that look different on the target. What is not named stays as it is.');

type Column = z.output<typeof column>;

const toTableRule = (name: string, {to, where, columns}: z.output<typeof table>): TableRule => {
  const from = tableName.parse(name);
  return {from, to: to ?? from, where, columns: Object.entries(columns).map(([column, written]) => toColumnRule(column, written))};
};

/** The checks above have left one kind. */
const toColumnRule = (name: string, {rename, type, split, merge, constant, drop, transform, inverse}: Column): ColumnRule => {
  if (split) return {kind: 'split', column: name, into: split.into, at: split.at};
  if (merge) return {kind: 'merge', to: name, from: merge.from, separator: merge.with};
  if (constant !== undefined) return {kind: 'constant', to: name, value: constant, ...(type === undefined ? {} : {type})};
  if (drop) return {kind: 'drop', column: name};
  if (transform) return {kind: 'transform', column: name, to: rename ?? name, type, forward: transform, inverse};
  return {kind: 'rename', column: name, to: rename ?? name, type};
};
