/** The operations of a change in place, as a plan writes them: one member per file of `src/operation`. */
import * as z from 'zod';
import {operationName, type PlannedOperation, standardCast, standardName} from '../model/planned-operation.ts';
import {columns, final, given, goesWith, name, table, type} from './operation-words.ts';
import {nonEmpty} from './plan-words.ts';
import {widenKey} from './widen-key-schema.ts';

const statements = z.array(nonEmpty).default([]);

const addColumn = z
  .strictObject({
    table,
    column: name,
    type: nonEmpty.describe('As the database writes it: numeric(12,2).'),
    default: z.exactOptional(nonEmpty.describe('An expression: a text needs quotes of its own, as in "\'web\'".')),
    notNull: z.boolean().default(false).describe('Final only at contract, when every row has been seen to have a value.'),
    backfill: z.exactOptional(
      nonEmpty.describe('An expression over the other columns: the value of rows written by those who do not know the column.'),
    ),
  })
  .refine(({notNull, backfill, ...rest}) => !notNull || backfill !== undefined || rest.default !== undefined, {
    path: ['notNull'],
    error: 'leaves the rows that are there without a value: give a default or a backfill',
    when: ({issues}) => issues.length === 0,
  });

const addForeignKey = z
  .strictObject({
    table,
    name,
    columns,
    references: z.strictObject({table, columns}),
    onDelete: z.exactOptional(z.enum(['no action', 'restrict', 'cascade', 'set null', 'set default'])),
  })
  .refine((key) => key.columns.length === key.references.columns.length, {
    path: ['references', 'columns'],
    error: 'must be as many as columns',
    when: ({issues}) => issues.length === 0,
  });

const back = nonEmpty.describe('An expression over the new columns: what the old one has where a writer knows the new ones only.');

const oldType = type.describe('That of the column now, as the database writes it: character varying(20).');

const renameColumn = z
  .strictObject({table, column: name, to: name, type: type.describe('That of the column, as the database writes it.'), ...final, goesWith})
  .transform(({to, type: same, notNull, default: byDefault, ...old}) => ({
    ...old,
    oldType: same,
    into: [{column: to, type: same, using: standardName(old.column), notNull, ...given(byDefault)}],
    back: standardName(to),
  }));

const changeType = z
  .strictObject({
    table,
    column: name,
    type,
    using: z.exactOptional(nonEmpty.describe('An expression over the old column; a cast when absent.')),
    back: z.exactOptional(nonEmpty.describe('An expression over COLUMN_new: the value of the old column; a cast when absent.')),
    oldType,
    ...final,
    goesWith,
  })
  .transform(({type: to, oldType, using, back: written, notNull, default: byDefault, ...old}) => {
    const column = `${old.column}_new`;
    return {
      ...old,
      oldType,
      into: [{column, type: to, using: using ?? standardCast(old.column, to), notNull, ...given(byDefault)}],
      back: written ?? standardCast(column, oldType),
    };
  });

const splitColumn = z.strictObject({
  table,
  column: name,
  oldType,
  into: z
    .array(
      z
        .strictObject({column: name, type, using: nonEmpty.describe('An expression over the old column.'), ...final})
        .transform(({default: byDefault, ...part}) => ({...part, ...given(byDefault)})),
    )
    .min(1, 'must name at least one'),
  back,
  goesWith,
});

const members = {
  'add-column': addColumn,
  'set-not-null': z.strictObject({table, column: name}),
  'add-check': z.strictObject({table, name, check: nonEmpty.describe('An expression that must not be false for any row.')}),
  'add-foreign-key': addForeignKey,
  'add-index': z.strictObject({
    table,
    name,
    on: z
      .array(nonEmpty)
      .min(1, 'must name at least one')
      .describe('Columns and expressions as CREATE INDEX writes them: note, "lower(email)".'),
    unique: z.boolean().default(false),
    where: z.exactOptional(nonEmpty.describe('Only the rows for which this expression is true.')),
  }),
  'drop-column': z.strictObject({
    table,
    column: name,
    value: z.exactOptional(
      nonEmpty.describe('An expression: what it has where a version of the application writes that does not know it any more.'),
    ),
    goesWith,
  }),
  'rename-column': renameColumn,
  'change-type': changeType,
  'split-column': splitColumn,
  'widen-key': widenKey,
  'raw-sql': z
    .strictObject({
      name: nonEmpty.regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'),
      tables: z.array(table).min(1, 'must name at least one').describe('Those that the statements change, the most used first.'),
      start: statements.describe('At expand, on PostgreSQL in one transaction. Names carry their schema.'),
      undo: statements.describe('What abort runs, when start has been run; it may find only the state that start has left.'),
      complete: statements.describe('At contract, on PostgreSQL in one transaction.'),
      validate: z.exactOptional(nonEmpty.describe('A query that gives one number; contract waits until it is 0.')),
    })
    .refine(({start, undo}) => start.length === 0 || undo.length > 0, {
      path: ['undo'],
      error: 'must say how start is undone',
      when: ({issues}) => issues.length === 0,
    }),
} satisfies Record<PlannedOperation['kind'], z.ZodType>;

/** In place of one that has been reported as unknown; nobody gets to see it. */
const NOTHING = ['raw-sql', {name: '', tables: []}] as const;

const operation = z
  .strictObject(optional(members))
  .refine((member) => Object.keys(member).length === 1, {
    error: 'must name one operation: start a new list entry for the next one',
    // An unknown name has been reported by then, and would be missing here.
    when: ({issues}) => issues.length === 0,
  })
  .transform((member): PlannedOperation => {
    const [[kind, settings] = NOTHING] = Object.entries(member);
    return {kind, ...settings} as PlannedOperation;
  });

export const operationList = z
  .array(operation)
  .min(1, 'must name at least one operation')
  .refine((all) => new Set(all.map(operationName)).size === all.length, {
    error: 'must not name the same operation twice',
    when: ({issues}) => issues.length === 0,
  })
  .describe('What is changed, in this order; each is a file of src/operation.');

function optional<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  return Object.fromEntries(Object.entries(shape).map(([kind, one]) => [kind, z.exactOptional(one)])) as {
    readonly [Kind in keyof Shape]: z.ZodExactOptional<Shape[Kind]>;
  };
}
