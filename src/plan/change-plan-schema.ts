/** The plan file of a workflow that changes one database in place, and how it becomes a `Plan`. */
import * as z from 'zod';
import type {PlannedOperation} from '../model/planned-operation.ts';
import type {Plan} from './plan.ts';
import {approval, database, type Gates, planName, workflowName} from './plan-parts.ts';
import {nonEmpty, size} from './plan-words.ts';
import type {Vocabulary} from './vocabulary.ts';

export const changePlan = (words: Vocabulary, gateLists: Gates) => changeFile(words, gateLists).transform(toPlan);

function changeFile(words: Vocabulary, gateLists: Gates) {
  return z.strictObject({
    name: planName,
    workflow: workflowName(words.inPlace),
    database: database(words).describe('The database that is changed while it is in use.'),
    operations: z
      .array(operation)
      .min(1, 'must name at least one operation')
      .describe('What is changed, in this order; each is a file of src/operation.'),
    backfill: z
      .strictObject({
        chunk: size(1024, 1024 ** 3)
          .prefault('1MiB')
          .describe('How much of a table is filled in one transaction: its rows are locked for so long, and a crash repeats at most one.'),
      })
      .prefault({}),
    gates: gateLists,
    approval,
  });
}

/** Unlike a scope's pattern it names exactly one table. */
const tableName = z
  .string()
  .regex(/^[^.\s*]+\.[^.\s*]+$/, 'must be schema.table')
  .transform((text) => {
    const [schema = '', name = ''] = text.split('.');
    return {schema, name};
  });

const addColumn = z
  .strictObject({
    table: tableName.describe('schema.table'),
    column: nonEmpty.max(63, 'must be 63 characters at most'),
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

/** One member per file of `src/operation`. */
const operation = z
  .strictObject({'add-column': addColumn})
  .transform((member): PlannedOperation => ({kind: 'add-column', ...member['add-column']}));

type ChangeFile = z.output<ReturnType<typeof changeFile>>;

/** What only a move has stands at what does nothing. */
const toPlan = ({database: one, operations, backfill, approval: {quorum, starterMay, expires}, ...same}: ChangeFile): Plan => ({
  ...same,
  source: one,
  target: one,
  operations,
  schema: {kind: 'existing'},
  scope: {tables: [...new Set(operations.map(({table}) => `${table.schema}.${table.name}`))], exclude: []},
  load: {parallel: 1, chunkBytes: backfill.chunk},
  relay: {kind: 'in-process'},
  switch: [],
  cutover: {start: 'manual', stallBudgetMs: 0, onBlockers: 'abort'},
  reverse: {windowMs: 0},
  approval: {quorum, starterMay, expiresMs: expires},
  allowOlder: false,
  applicationRoles: [],
});
