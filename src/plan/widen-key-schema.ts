/** A key that becomes wider, as a plan writes it: the key, the columns that hold its values, and what hangs on them. */
import * as z from 'zod';
import {standardName} from '../model/planned-operation.ts';
import {columns, final, given, goesWith, name, table, type} from './operation-words.ts';
import {nonEmpty} from './plan-words.ts';

/** Until contract what is built carries this as well. */
const SUFFIX = '_new';
const ofTwo = name.max(63 - SUFFIX.length, `must be ${63 - SUFFIX.length} characters at most: ${SUFFIX} is put behind it until contract`);

const act = z.enum(['no action', 'restrict', 'cascade', 'set null', 'set default']);

const foreignKey = z
  .strictObject({
    table,
    name: ofTwo,
    columns,
    references: z.strictObject({table, columns}),
    onDelete: z.exactOptional(act),
    onUpdate: z.exactOptional(act),
    deferrable: z.exactOptional(z.enum(['immediate', 'deferred']).describe('What it is initially.')),
  })
  .refine((key) => key.columns.length === key.references.columns.length, {
    path: ['references', 'columns'],
    error: 'must be as many as columns',
    when: ({issues}) => issues.length === 0,
  });

const index = z.strictObject({
  table,
  name: ofTwo,
  on: z.array(nonEmpty).min(1, 'must name at least one').describe('As it is now: columns by the names that they have.'),
  unique: z.boolean().default(false),
  where: z.exactOptional(nonEmpty),
  constraint: z.exactOptional(z.enum(['primary key', 'unique']).describe('What the index stands for.')),
});

const sequence = z.exactOptional(
  table.describe('schema.sequence that the column owns and its default takes numbers from; it becomes wider as well.'),
);

export const widenKey = z
  .strictObject({
    table,
    column: ofTwo,
    oldType: type.default('integer').describe('That of all these columns now, as the database writes it.'),
    type: type.default('bigint').describe('That of all these columns from contract on.'),
    identity: z.exactOptional(z.enum(['always', 'by default']).describe('Where the database numbers the rows by GENERATED … AS IDENTITY.')),
    sequence,
    default: final.default,
    with: z
      .array(z.strictObject({table, column: ofTwo, ...final, sequence}))
      .default([])
      .describe('The columns that hold values of the key: all that foreign keys lead from.'),
    foreignKeys: z.array(foreignKey).default([]).describe('All that lead from or to one of these columns, as they are.'),
    indexes: z
      .array(index)
      .min(1, 'must name that of the key at least')
      .describe('All that one of these columns is part of, as they are; the one of the key too.'),
    goesWith,
  })
  .transform(({with: others, oldType, type: wide, identity, sequence: from, default: byDefault, foreignKeys, indexes, ...key}) => {
    const own = {table: key.table, column: key.column, notNull: true, ...given(byDefault), ...(from && {sequence: from})};
    const wider = ({table: of, column, notNull, default: standing, ...rest}: Column) => ({
      table: of,
      column,
      oldType,
      into: [{column: `${column}${SUFFIX}`, type: wide, using: standardName(column), notNull, ...given(standing)}],
      back: standardName(`${column}${SUFFIX}`),
      goesWith: key.goesWith,
      ...rest,
    });
    return {
      ...key,
      columns: [{...wider(own), ...(identity && {identity})}, ...others.map(wider)],
      foreignKeys,
      indexes: indexes.map((one) => ({...one, unique: one.unique || one.constraint !== undefined})),
    };
  });

type Table = z.output<typeof table>;
type Column = {
  readonly table: Table;
  readonly column: string;
  readonly notNull: boolean;
  readonly default?: string;
  readonly sequence?: Table;
};
