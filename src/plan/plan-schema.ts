/** The plan file as people write it (zod), and how it becomes a `Plan`. Descriptions go into the editors' JSON Schema. */
import * as z from 'zod';
import {afterSwitchSchema, checkAfterSwitch} from './after-switch-schema.ts';
import {canary, checkCanary} from './canary-schema.ts';
import {changePlan} from './change-plan-schema.ts';
import {failover} from './failover-schema.ts';
import {checkConversion, conversionSchema} from './conversion-schema.ts';
import {announcements, hooks} from './hooks-schema.ts';
import {mappingSchema} from './mapping-schema.ts';
import {memberList} from './member-list.ts';
import type {Plan} from './plan.ts';
import {approval, database, type Gates, gates, planName, throttleList, workflowName} from './plan-parts.ts';
import {checkReads, dualParts, reads} from './reads-schema.ts';
import {checkRelay, relay} from './relay-schema.ts';
import {duration, nonEmpty, size, tablePattern, wholeNumber} from './plan-words.ts';
import {rehearsal} from './rehearsal-schema.ts';
import {retention} from './retention.ts';
import {checkSwitches} from './switch-check.ts';
import {SHIPPED, type Vocabulary} from './vocabulary.ts';

/** Every kind of plan, for editors. */
export const planSchema = (words: Vocabulary = SHIPPED) => {
  const gateLists = gates(words);
  const moves = words.workflows.filter((name) => !words.inPlace.includes(name) && !words.readsFirst.includes(name));
  return z.discriminatedUnion('workflow', [movePlan(words, moves, gateLists), dualPlan(words, gateLists), changePlan(words, gateLists)]);
};

/**
 * Parses what the YAML holds into a `Plan`, defaults filled in. The workflow decides whether it names two databases or
 * one; a file whose workflow is missing or unknown is read as a move, so that its other faults are told as well.
 */
export const planSchemaFor = (workflow: unknown, words: Vocabulary) => {
  const gateLists = gates(words);
  if (typeof workflow === 'string' && words.inPlace.includes(workflow)) return changePlan(words, gateLists);
  return typeof workflow === 'string' && words.readsFirst.includes(workflow)
    ? dualPlan(words, gateLists)
    : movePlan(words, words.workflows, gateLists);
};

/** As every move, with what its application has to know. */
const dualPlan = (words: Vocabulary, gateLists: Gates) =>
  planFile(words, words.readsFirst, gateLists)
    .extend(dualParts(words))
    .superRefine(refuseSameDatabase)
    .superRefine(checkConversion)
    .superRefine(checkCanary)
    .superRefine(checkAfterSwitch)
    .superRefine(checkRelay)
    .transform(toPlan);

const movePlan = (words: Vocabulary, workflows: readonly string[], gateLists: Gates) =>
  planFile(words, workflows, gateLists)
    .extend({reads: z.exactOptional(reads)})
    .superRefine(refuseSameDatabase)
    .superRefine(checkConversion)
    .superRefine(checkCanary)
    .superRefine(checkAfterSwitch)
    .superRefine(checkRelay)
    .superRefine(checkSwitches)
    .superRefine(checkReads)
    .transform((file) => toPlan({...file, workflow: workflowOf(file, words)}));

/** Whose reads move before its writes goes the way of those plans, whichever name the file has for it. */
const workflowOf = ({workflow, reads: moved}: {readonly workflow: string; readonly reads?: unknown}, {readsFirst}: Vocabulary): string =>
  moved === undefined ? workflow : (readsFirst[0] ?? workflow);

/** A cutover may stop writes for this long at most, whatever the plan says. */
export const STALL_BUDGET_MS_MAX = 10_000;

function planFile(words: Vocabulary, workflows: readonly string[], gateLists: Gates) {
  return z.strictObject({
    name: planName,
    workflow: workflowName(workflows),
    source: database(words).describe('The database that serves now.'),
    target: database(words).describe('The database that is to serve.'),
    schema: schema.prefault({kind: 'catalog'}).describe("Where the target's tables come from."),
    scope: z.strictObject({
      tables: z
        .array(tablePattern)
        .min(1, 'must name at least one table')
        .describe('Tables to move, as schema.table; * matches within one part.'),
      exclude: z.array(tablePattern).default([]).describe('Tables to leave behind although they match.'),
    }),
    mapping: z.exactOptional(mappingSchema),
    conversion: z.exactOptional(conversionSchema),
    load: load.prefault({}),
    relay,
    throttle: throttleList(words),
    gates: gateLists,
    switch: memberList('switch', words.switches)
      .prefault(['router'])
      .describe('What routes the application. The fence keeps the data safe; a switch only shortens the stall.'),
    cutover: cutover.prefault({}),
    canary: z.exactOptional(canary),
    afterSwitch: z.exactOptional(afterSwitchSchema),
    failover: z.exactOptional(failover),
    hooks: z.exactOptional(hooks),
    announcements: z.exactOptional(announcements),
    reverse: reverse.prefault({}),
    retention: z.exactOptional(retention),
    rehearsal: z.exactOptional(rehearsal),
    approval,
    allowOlder: z.boolean().default(false).describe('Accept a target of an older major version than the source.'),
    applicationRoles: z
      .array(nonEmpty)
      .default([])
      .describe(
        'Roles the application connects as. Before the cutover they have to be on both sides, with the same privileges on the tables; after it their sessions on the closed side are counted.',
      ),
  });
}

const schema = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('catalog').describe("Written by Crossfade from the source's catalogue.")}),
  z.strictObject({kind: z.literal('convert').describe('The source is of another engine: its catalogue, converted by Crossfade.')}),
  z.strictObject({
    kind: z.literal('files').describe('Two SQL files run on the target.'),
    preData: nonEmpty.describe('Tables and primary keys, run before the load; relative to the plan.'),
    postData: nonEmpty.describe('Indexes, foreign keys, triggers, run when the tables are complete; relative to the plan.'),
  }),
  z.strictObject({kind: z.literal('existing').describe('The target has the tables already.')}),
  z.strictObject({kind: z.literal('pg_dump').describe('Taken from the source by pg_dump.')}),
]);

/** As hexadecimal digits, with all that is around them, it has to fit the largest text of JavaScript. */
const VALUE_BYTES_MAX = 240 * 1024 ** 2;

const load = z.strictObject({
  parallel: wholeNumber(1, 64).default(4).describe('Chunks copied at the same time; one connection each on both sides.'),
  chunk: size(1024, 4 * 1024 ** 3)
    .prefault('64MiB')
    .describe('Size of one chunk; a crash repeats at most the open ones.'),
  valueMax: z.exactOptional(
    size(1024, VALUE_BYTES_MAX).describe('The largest single value, 128MiB when absent. A larger one is refused with its table and key.'),
  ),
});

const cutover = z.strictObject({
  start: z.enum(['manual', 'auto']).default('manual').describe('manual waits for the signal `crossfade cutover`.'),
  stallBudget: duration({min: 1, max: STALL_BUDGET_MS_MAX})
    .prefault('5s')
    .describe('How long writes may be held; the attempt is called off when it is used up.'),
  onBlockers: z
    .enum(['abort', 'terminate'])
    .default('abort')
    .describe(
      'Transactions that keep a cutover waiting: abort names them and calls the attempt off, terminate ends those in the way for more than a second.',
    ),
});

const reverse = z.strictObject({
  window: duration().prefault('7d').describe('How long the way back is kept at least: crossfade complete is refused until then.'),
  misfits: z.exactOptional(
    z
      .enum(['stop', 'park'])
      .describe(
        'A row of the target that the source cannot hold (too long, out of range, a value taken twice): stop ends the run until it is changed, which is so when absent; park leaves it out, and the way back is closed until it is changed. crossfade parked names them.',
      ),
  ),
  allowLoss: z.exactOptional(
    z.literal(true).describe('Go although the way back would lose values that the source has no place for; crossfade plan names them.'),
  ),
});

type PlanFile = z.output<ReturnType<typeof planFile>>;

function refuseSameDatabase(file: PlanFile, context: z.core.$RefinementCtx<PlanFile>): void {
  const {source, target} = file;
  if (source.url.kind !== target.url.kind || source.url.value !== target.url.value) return;
  context.addIssue({code: 'custom', path: ['target', 'url'], message: "is the same as the source's"});
}

const toPlan = ({
  load: {parallel, chunk, valueMax},
  cutover: {start, stallBudget, onBlockers},
  reverse: {window, ...kept},
  approval: {expires, ...approved},
  ...same
}: PlanFile): Plan => ({
  ...same,
  load: {parallel, chunkBytes: chunk, ...(valueMax === undefined ? {} : {valueBytesMax: valueMax})},
  cutover: {start, stallBudgetMs: stallBudget, onBlockers},
  reverse: {windowMs: window, ...kept},
  approval: {...approved, expiresMs: expires},
});
