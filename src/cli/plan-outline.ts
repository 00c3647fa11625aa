/** The ordered acts of a plan, with the statements of each, from the plan and the catalogue. */
import {relative} from 'node:path';
import {nameOf} from '../model/table.ts';
import {bulkFormat} from '../pipeline/copier.ts';
import {chunkBytesFor} from '../pipeline/chunk-size.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import {isInPlace, type Plan, type SchemaPlan} from '../plan/plan.ts';
import {changeOutline} from './change-outline.ts';
import {cutoverSteps} from './cutover-outline.ts';
import {gatesOf} from './outline-gates.ts';
import {type Outline, type OutlineStep, step, tableCount} from './outline.ts';
import {startSteps} from './outline-start.ts';
import {dualOffPhases, dualOnPhases, readPhases} from './reads-outline.ts';
import type {AnnouncedAct} from '../relay/kafka-announced.ts';
import type {PlanFacts} from './plan-facts.ts';

type Watched = NonNullable<NonNullable<Plan['afterSwitch']>['watch']>[number];

export const planOutline = (facts: PlanFacts): Promise<Outline> => (isInPlace(facts.plan) ? changeOutline(facts) : moveOutline(facts));

const moveOutline = async (facts: PlanFacts): Promise<Outline> => {
  const {plan, source, target, reverse, tables, targets} = facts;
  const windowS = plan.reverse.windowMs / 1000;
  return {
    start: await startSteps(facts),
    phases: [
      {phase: 'assess', steps: [await assess(facts)]},
      {phase: 'prepare-target', steps: await prepare(facts)},
      ...(await dualOnPhases(facts)),
      {phase: 'initial-load', steps: await load(facts)},
      {phase: 'catch-up', steps: await catchUp(facts)},
      {phase: 'verify-data', gates: gatesOf(plan, 'verify-data'), steps: [await compare(facts)]},
      ...(await readPhases(facts)),
      {phase: 'cutover', gates: gatesOf(plan, 'cutover'), steps: await cutoverSteps(facts, 'forward')},
      {
        phase: 'reverse-window',
        gates: gatesOf(plan, 'reverse-window'),
        steps: [
          await step('clean-fences', 'drop the triggers of fences that are open again, on both sides', [
            source?.fence.clean(tables),
            target?.fence.clean(targets),
          ]),
          await step('apply-reverse', `keep the way back for at least ${windowS} s: every write of the target is applied to the source`, [
            target?.source.changes('reverse'),
            ...streamActs(reverse, target?.source, source?.target, 'reverse'),
          ]),
          ...(plan.afterSwitch?.watch ?? []).map(watchStep),
          await step(
            'compare-statements',
            'compare what statements cost on the target with what they cost on the source, where both count it; the target is asked how it would carry out the slowest of them: EXPLAIN (GENERIC_PLAN), which carries nothing out',
          ),
        ],
      },
      {phase: 'reverse-cutover', gates: gatesOf(plan, 'reverse-cutover'), steps: await cutoverSteps(facts, 'reverse')},
      ...(await dualOffPhases(facts)),
      {phase: 'decommission', gates: gatesOf(plan, 'decommission'), steps: await decommission(facts)},
    ],
    abort: await abort(facts),
  };
};

const watchStep = ({name, settings, forMs, onExceeded}: Watched): OutlineStep => ({
  name: 'watch-figures',
  what: `measure ${name}, which is to be at most ${String(settings['max'])}; when it is above for ${forMs / 1000} s: ${onExceeded === 'reverse' ? 'the traffic goes back, and nobody is asked' : 'it is told and put on record'}`,
  statements: [],
});

/** Its statements are its own, so they are told and not shown. */
const PG_DUMP =
  'pg_dump reads the source’s catalogue in one read-only transaction, under LOCK TABLE … IN ACCESS SHARE MODE on each table that it writes down: it waits for ACCESS EXCLUSIVE of others, as long as it takes, and whoever wants that waits for it';

const assess = ({plan, target, schema}: PlanFacts): Promise<OutlineStep> =>
  step(
    'look-at-both-sides',
    `compare versions, grants, settings and keys of both sides${schema.tried.preData.length ? '; try the schema out on the target, and roll it back' : ''}${plan.schema.kind === 'pg_dump' ? `; ${PG_DUMP}` : ''}`,
    [target?.schema?.tryOut(schema.tried)],
  );

const ABORT_DROPS = 'abort drops what it made, newest first';

const prepare = async ({plan, target, targets, schema}: PlanFacts): Promise<OutlineStep[]> => [
  await step('check-empty', 'look that the tables of the target are empty, where they exist', [target?.target.nonEmpty(targets)]),
  await step('check-room', 'look that the target has room for the copy, where that can be measured'),
  await step('schema-pre-data', PRE_DATA[plan.schema.kind](plan.schema), [run(target, schema.preData, ABORT_DROPS)]),
  await step('check-columns', 'look that every table of the target takes what the source has'),
  await step(
    'set-aside',
    schema.aside.length
      ? schema.aside.map((object) => `drop ${object} on the target until the tables are complete; abort puts it back`).join('; ')
      : 'drop unique indexes, foreign keys, checks and triggers that the pre-data made, until the tables are complete',
    [run(target, schema.setAside, 'put back when the tables are complete, and by abort')],
  ),
  await step('close-target', `close ${tableCount(targets.length)} of the target to everybody but Crossfade, from the start`, [
    target?.fence.closeFromStart(targets),
  ]),
  await step('route-source', 'write into crossfade.route of both sides that the source serves'),
];

/** Without text there is nothing to be sent. */
const run = (target: PlanFacts['target'], text: string, undo: string) =>
  text.trim() ? target?.target.runSchemaFile(text, undo) : undefined;

/** As a person here would name it. */
const fromHere = (file: string): string => relative('', file);

const PRE_DATA: Readonly<Record<SchemaPlan['kind'], (schema: SchemaPlan) => string>> = {
  files: (schema) => `run ${schema.kind === 'files' ? fromHere(schema.preData) : ''} on the target`,
  existing: () => 'nothing: the tables are there already',
  catalog: () => 'create types, tables and primary keys on the target, as the source’s catalogue has them',
  convert: () => 'create types, tables and primary keys on the target, as the source’s catalogue reads in the language of the target',
  pg_dump: () => `create types, tables and primary keys on the target, as pg_dump writes them; ${PG_DUMP}`,
};

const POST_DATA: Readonly<Record<SchemaPlan['kind'], (schema: SchemaPlan) => string>> = {
  files: (schema) => `run ${schema.kind === 'files' ? fromHere(schema.postData) : ''} on the target: indexes, foreign keys, triggers`,
  existing: () => 'build again what was set aside',
  catalog: () => 'create indexes, foreign keys, triggers, policies and privileges on the target, as the source’s catalogue has them',
  convert: () => 'create checks, indexes, foreign keys, triggers and comments on the target, as the conversion has them',
  pg_dump: () => 'create indexes, foreign keys, triggers, policies and privileges on the target, as pg_dump writes them',
};

/** What lies between the sides has no statements; nothing where nothing does. */
const relayStep = (name: string, act: AnnouncedAct | undefined): OutlineStep[] => (act ? [{name, ...act, statements: []}] : []);

const load = async ({plan, source, target, tables, forward, relay}: PlanFacts): Promise<OutlineStep[]> => [
  await step('start-stream', `begin the change stream of ${tableCount(tables.length)} of the source`, [
    source?.source.createStream('forward', relay?.published ?? tables),
  ]),
  ...relayStep('start-relay', relay?.start),
  await step('plan-chunks', 'cut large tables into ranges of their key', [
    source?.source.planRanges(tables, chunkBytesFor(tables, plan.load)),
  ]),
  await step(
    'copy-chunks',
    `copy ${tables.map((table) => `${nameOf(table.name)} (about ${table.estimatedRows} rows)`).join(', ')}: ${plan.load.parallel} ranges at a time`,
    forward.flatMap(({reads, writes, isPlain}) => [
      source?.source.copyOut(reads, isPlain ? bulkFormat(writes) : 'text'),
      target?.target.loadChunk(writes, bulkFormat(writes)),
    ]),
  ),
];

/** The sending side is read only where a row's state is in doubt. */
const streamActs = (
  mappings: readonly TableMapping[],
  from: NonNullable<PlanFacts['source']>['source'] | undefined,
  to: NonNullable<PlanFacts['source']>['target'] | undefined,
  direction: 'forward' | 'reverse',
) => [
  from?.readRows(mappings.map(({reads}) => reads)),
  to?.apply(
    direction,
    mappings.map(({writes}) => writes),
  ),
];

const catchUp = async ({plan, source, target, targets, forward, schema, relay}: PlanFacts): Promise<OutlineStep[]> => [
  ...relayStep('read-relay', relay?.read),
  await step('apply-forward', 'apply the change stream until every table is past its replay window, and from then on', [
    relay ? undefined : source?.source.changes('forward'),
    ...streamActs(forward, source?.source, target?.target, 'forward'),
  ]),
  await step('schema-post-data', POST_DATA[plan.schema.kind](plan.schema), [
    run(target, schema.putBack, ABORT_DROPS),
    run(target, schema.postData, ABORT_DROPS),
  ]),
  await step('analyze', 'ANALYZE every table of the target', [target?.target.analyze(targets)]),
];

const compare = ({source, target, forward}: PlanFacts): Promise<OutlineStep> =>
  step('compare', 'compare every row by digests of key ranges, on both sides, while they are in use', [
    ...forward.map((mapping) => source?.compare.rows([mapping.reads], mapping)),
    ...forward.map((mapping) => target?.compare.rows([mapping.writes], mapping)),
  ]);

const decommission = async ({source, target, targets, relay}: PlanFacts): Promise<OutlineStep[]> => [
  await step('stop-streams', 'stop applying, in both directions'),
  await step('account', 'put on record up to where the source has the changes of the target, and what stays on it'),
  ...relayStep('drop-relay', relay?.drop),
  await step('drop-streams', 'drop the streams on both sides, with all that was made for them; the source stays fenced', [
    source?.source.dropStream('forward'),
    target?.source.dropStream('reverse'),
  ]),
  await step('clean-target-fence', 'drop the triggers of the target’s fence', [target?.fence.clean(targets)]),
  await step('finish', 'write into crossfade.lease of both sides that the migration is over'),
];

const abort = async ({plan, source, target, tables, targets, schema, relay}: PlanFacts): Promise<OutlineStep[]> => [
  await step('undo-cutover', 'take back an attempt that was not decided, and the way back that was armed', [
    target?.source.dropStream('reverse'),
  ]),
  ...relayStep('drop-relay', relay?.drop),
  await step('undo-initial-load', 'drop the stream, and take the copied rows away', [
    source?.source.dropStream('forward'),
    target?.target.empty(targets),
  ]),
  ...(plan.schema.kind === 'existing'
    ? [
        await step('undo-set-aside', 'put back what was set aside', [
          target?.schema?.empty(targets),
          run(target, schema.putBack, 'nothing: it was there before'),
        ]),
      ]
    : []),
  await step('undo-prepare-target', 'open both sides, and drop what the schema made on the target', [
    source?.fence.remove(tables),
    target?.fence.remove(targets),
    target?.target.dropSchema(),
  ]),
  await step('undo-assess', 'remove the schema crossfade from both sides', [source?.control.remove(), target?.control.remove()]),
];
