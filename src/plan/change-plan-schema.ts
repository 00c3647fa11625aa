/** The plan file of a workflow that changes one database in place, and how it becomes a `Plan`. */
import * as z from 'zod';
import {tablesOf} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import {changeHooks} from './hooks-schema.ts';
import {operationList} from './operation-schema.ts';
import type {Plan} from './plan.ts';
import {approval, database, type Gates, planName, throttleList, workflowName} from './plan-parts.ts';
import {size} from './plan-words.ts';
import type {Vocabulary} from './vocabulary.ts';

export const changePlan = (words: Vocabulary, gateLists: Gates) => changeFile(words, gateLists).transform(toPlan);

function changeFile(words: Vocabulary, gateLists: Gates) {
  return z.strictObject({
    name: planName,
    workflow: workflowName(words.inPlace),
    database: database(words).describe('The database that is changed while it is in use.'),
    operations: operationList,
    backfill: z
      .strictObject({
        chunk: size(1024, 1024 ** 3)
          .prefault('1MiB')
          .describe(
            'How much of a table is filled in one transaction, and some 5000 rows at most: they are locked for so long, and a crash repeats at most one.',
          ),
      })
      .prefault({}),
    throttle: throttleList(words),
    gates: gateLists,
    approval,
    hooks: z.exactOptional(changeHooks),
  });
}

type ChangeFile = z.output<ReturnType<typeof changeFile>>;

/** What only a move has stands at what does nothing. */
const toPlan = ({database: one, operations, backfill, approval: {expires, ...approved}, ...same}: ChangeFile): Plan => ({
  ...same,
  source: one,
  target: one,
  operations,
  schema: {kind: 'existing'},
  scope: {tables: [...new Set(operations.flatMap(tablesOf).map(nameOf))], exclude: []},
  load: {parallel: 1, chunkBytes: backfill.chunk},
  relay: {kind: 'in-process'},
  switch: [],
  cutover: {start: 'manual', stallBudgetMs: 0, onBlockers: 'abort'},
  reverse: {windowMs: 0},
  approval: {...approved, expiresMs: expires},
  allowOlder: false,
  applicationRoles: [],
});
