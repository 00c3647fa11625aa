/** The ordered acts of a plan, in words and locks, from the plan and the catalogue. Pure. */
import {nameOf, type Table} from '../model/table.ts';
import {isInPlace, type Plan, type SchemaPlan} from '../plan/plan.ts';
import {changeOutline} from './change-outline.ts';

export type OutlineStep = {readonly what: string; readonly locks?: string};
export type OutlinePhase = {readonly phase: string; readonly steps: readonly OutlineStep[]};

/** `setAside`: what an existing target has and the load cannot bear. */
export const planOutline = (plan: Plan, tables: readonly Table[], setAside: readonly string[] = []): OutlinePhase[] =>
  isInPlace(plan) ? changeOutline(plan) : moveOutline(plan, tables, setAside);

const moveOutline = (plan: Plan, tables: readonly Table[], setAside: readonly string[]): OutlinePhase[] => [
  {phase: 'assess', steps: [{what: 'compare versions, grants, settings, keys and replica identities of both sides'}]},
  {phase: 'prepare-target', steps: prepare(plan, tables, setAside)},
  {phase: 'initial-load', steps: load(plan, tables)},
  {
    phase: 'catch-up',
    steps: [
      {what: 'apply the change stream until every table is past its replay window'},
      ...postData(plan.schema, setAside),
      {what: 'ANALYZE every table of the target'},
    ],
  },
  {phase: 'verify-data', steps: [{what: 'compare every row by digests of key ranges, on both sides, while they are in use'}]},
  {phase: 'cutover', steps: cutover(plan, tables)},
  {
    phase: 'reverse-window',
    steps: [{what: `keep the way back for at least ${plan.reverse.windowMs / 1000} s: every write of the target is applied to the source`}],
  },
  {phase: 'decommission', steps: [{what: 'drop slots and publications on both sides; the source stays fenced'}]},
];

const prepare = (plan: Plan, tables: readonly Table[], setAside: readonly string[]): OutlineStep[] => [
  {what: 'CREATE SCHEMA crossfade on both sides, with its tables'},
  ...preData(plan.schema, setAside),
  {
    what: `CREATE TRIGGER … BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE on ${tables.length} tables of the target: it is closed from the start`,
    locks: 'SHARE ROW EXCLUSIVE on the target’s tables, short',
  },
];

const load = (plan: Plan, tables: readonly Table[]): OutlineStep[] => [
  {
    what: `CREATE PUBLICATION … FOR TABLE (${tables.length} tables), then a logical replication slot, on the source`,
    locks: 'SHARE UPDATE EXCLUSIVE on the source’s tables, short; the slot waits for open transactions',
  },
  ...tables.map((table) => ({
    what: `COPY ${nameOf(table.name)} (about ${table.estimatedRows} rows) in ranges of ${Math.round(plan.load.chunkBytes / 1048576)} MiB by (${table.key.join(', ')})`,
    locks: 'ACCESS SHARE on the source, per range',
  })),
];

const preData = (schema: SchemaPlan, setAside: readonly string[]): OutlineStep[] => {
  const locks = 'ACCESS EXCLUSIVE on the target’s tables, short';
  if (schema.kind === 'existing')
    return setAside.map((object) => ({what: `drop ${object} on the target until the tables are complete; abort puts it back`, locks}));
  return [
    {
      what:
        schema.kind === 'files'
          ? `run ${schema.preData} on the target`
          : `create types, tables and primary keys on the target, ${ORIGIN[schema.kind]}`,
    },
  ];
};

const postData = (schema: SchemaPlan, setAside: readonly string[]): OutlineStep[] => {
  const locks = 'on the target only; the stream waits for each';
  if (schema.kind === 'existing') return setAside.map((object) => ({what: `build ${object} again on the target`, locks}));
  return [
    {
      what:
        schema.kind === 'files'
          ? `run ${schema.postData} on the target: indexes, foreign keys, triggers`
          : `create indexes, foreign keys, triggers, policies and privileges on the target, ${ORIGIN[schema.kind]}`,
      locks,
    },
  ];
};

const ORIGIN = {catalog: 'as the source’s catalogue has them', pg_dump: 'as pg_dump writes them'} as const;

const cutover = (plan: Plan, tables: readonly Table[]): OutlineStep[] => [
  {
    what: `gates: ${(plan.gates['cutover'] ?? []).map((gate) => gate.name).join(', ') || 'the workflow’s own'}${plan.cutover.start === 'manual' ? ', then the signal crossfade cutover' : ''}`,
  },
  {what: 'create publication and slot for the way back on the target, start the watchdog'},
  {what: `hold new statements at ${plan.switch.map((one) => one.name).join(', ')}`},
  {
    what: `fence ${tables.length} tables of the source`,
    locks: `SHARE ROW EXCLUSIVE on all of them, waits at most 500 ms; opens by itself after ${plan.cutover.stallBudgetMs + 2000} ms`,
  },
  {what: 'drain the stream to the fence’s marker, count the small tables, set the sequences, mark the way back'},
  {what: 'decide: one row in the source’s own database'},
  {what: 'open the target, route to it, start the reverse stream'},
];
