/** Looks at the servers and refuses, object by object, what could not be moved whole or changed in place. Changes nothing. */
import {type Database, type Finding, isOnePlace, type ServerIdentity, type Wishes} from '../engine/engine.ts';
import {TerminalError, type ErrorCode} from '../model/errors.ts';
import type {Operation} from '../operation/operation.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';
import {inventoryFindings, type Inventories} from './assess-inventory.ts';
import {diskFindings} from './disk-room.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {outboxFindings} from './outbox.ts';
import {applicationRoleFindings} from './application-roles.ts';
import {schemaFindings} from './target-schema.ts';

export const assess: Phase = {
  async run(context) {
    const evidence = await context.steps.each('look-at-both-sides', () => inventory(context));
    return {event: {type: 'done'}, evidence};
  },
  /** The last undo of an abort: with our own schema, which every runner installs first, the last trace is gone. */
  async undo({source, target}) {
    await source.control.remove();
    await target.control.remove();
  },
};

const inventory = async (context: PhaseContext): Promise<Record<string, unknown>> => {
  const tables = await context.tables();
  const {plan} = context.plan;
  const inventories = await inventoriesOf(context, tables);
  const findings = [
    ...(await assessPlan({
      source: context.source,
      target: context.target,
      plan,
      tables,
      operations: context.operations,
      mapping: await context.mapping(),
    })),
    ...inventoryFindings(plan, inventories),
  ];
  const refusals = findings.filter((finding) => finding.severity === 'refuse');
  for (const finding of findings)
    if (finding.severity === 'warn') context.telemetry.note(`warning ${finding.code}: ${finding.object} ${finding.reason}`);
  if (refusals.length) throw refused(refusals);
  const [source, target] = await Promise.all([context.source.identity(), context.target.identity()]);
  return {
    source: source.versionText,
    target: target.versionText,
    tables: tables.length,
    rows: sum(tables, 'estimatedRows'),
    bytes: sum(tables, 'estimatedBytes'),
    warnings: findings.filter(({severity}) => severity === 'warn').length,
    keyIndexes: inventories.source.indexCheck,
  };
};

/** The key indexes are looked at on the source only, from where chunks are read; a change in place reads none in chunks. */
export const inventoriesOf = async (
  {source, target}: {readonly source: Database; readonly target: Database},
  tables: readonly Table[],
): Promise<Inventories> => {
  const inventory = await source.catalog.inventory(source === target ? [] : tables);
  return {source: inventory, target: source === target ? inventory : await target.catalog.inventory([])};
};

type Sides = {
  readonly source: Database;
  readonly target: Database;
  readonly plan: Plan;
  readonly tables: readonly Table[];
  readonly mapping: MigrationMapping;
};

/** Everything that stands in the way. `plan` and `doctor` ask the same. */
export const assessPlan = async ({operations, ...sides}: Sides & {readonly operations: readonly Operation[]}): Promise<Finding[]> =>
  isInPlace(sides.plan) ? assessOperations(sides.source, operations) : assessSides(sides);

const assessOperations = async (database: Database, operations: readonly Operation[]): Promise<Finding[]> => {
  const planned = operations.map((operation) => operation.planned);
  return (await Promise.all(operations.map((operation, place) => operation.assess(database, planned.slice(0, place))))).flat();
};

/** Rights beyond those that every move needs. */
export const wishesOf = ({cutover, schema, applicationRoles}: Plan): Wishes => ({
  endsBlockers: cutover.onBlockers === 'terminate',
  namesApplications: applicationRoles.length > 0,
  carriesPolicies: schema.kind === 'catalog' || schema.kind === 'pg_dump',
  triesSchema: schema.kind === 'catalog' || schema.kind === 'convert',
});

/** Both sides together. */
const assessSides = async ({source, target, plan, tables, mapping}: Sides): Promise<Finding[]> => {
  const [from, to] = await Promise.all([source.identity(), target.identity()]);
  const ofServers = [
    ...(await source.catalog.findings('source', tables, wishesOf(plan))),
    ...(await target.catalog.findings('target', onTarget(tables, mapping), wishesOf(plan))),
  ];
  // Without the grants that are named here a schema can be neither read nor tried out; it is looked at when they are there.
  const mayLook = !ofServers.some(({severity, code}) => severity === 'refuse' && code === 'CF-GRANT-001');
  return [
    ...sameServer(from, to),
    ...olderTarget(plan, from, to),
    ...ofServers,
    ...(await mappingFindings(target, tables, mapping)),
    ...(mayLook ? await schemaFindings({source, target, plan, tables, mapping}) : []),
    ...(await diskFindings({source, target, plan, tables, mapping})),
    ...(await outboxFindings({source, tables, plan})),
    ...(await applicationRoleFindings({source, target, plan, tables, mapping}, 'later')),
  ];
};

/** As they are called there. */
export const onTarget = (tables: readonly Table[], mapping: Pick<MigrationMapping, 'targetName'>): readonly Table[] =>
  tables.map((table) => ({...table, name: mapping.targetName(table.name)}));

/** Of the target's tables those that exist; what its schema file will bring is looked at when it has been run. */
const mappingFindings = async (target: Database, tables: readonly Table[], mapping: MigrationMapping): Promise<readonly Finding[]> => {
  const names = tables.map(({name}) => nameOf(mapping.targetName(name)));
  return mapping.findings(mapping.sourceTables(tables), names.length ? await target.catalog.tables({tables: names, exclude: []}) : []);
};

const sum = (tables: readonly Table[], field: 'estimatedRows' | 'estimatedBytes'): number =>
  tables.reduce((total, table) => total + table[field], 0);

/** All refusals at once; the first one's code is the error's. */
const refused = (refusals: readonly Finding[]): TerminalError => {
  const [first] = refusals;
  const lines = refusals.map((finding) => `  ${finding.code} ${finding.object}: ${finding.reason}\n    → ${finding.next}`);
  return new TerminalError(
    `${refusals.length === 1 ? 'one thing stands' : `${refusals.length} things stand`} in the way:\n${lines.join('\n')}`,
    {code: (first?.code ?? 'CF-SCOPE-004') as ErrorCode, next: first?.next ?? ''},
  );
};

const sameServer = (source: ServerIdentity, target: ServerIdentity): Finding[] => {
  if (!isOnePlace(source, target)) return [];
  const reason =
    source.room === 'database'
      ? 'leads to the same database as source.url'
      : 'leads to the same server as source.url, which holds the tables of Crossfade for one side only';
  return [{severity: 'refuse', code: 'CF-CONN-001', object: 'target.url', reason, next: 'check both urls'}];
};

const olderTarget = (plan: Plan, source: ServerIdentity, target: ServerIdentity): Finding[] => {
  const [from, to] = [source, target].map((side) => Math.floor(side.version / 10000));
  // Versions of two products say nothing of each other.
  if (plan.source.engine !== plan.target.engine) return [];
  if (from === undefined || to === undefined || to >= from || plan.allowOlder) return [];
  return [
    {
      severity: 'refuse',
      code: 'CF-TGT-002',
      object: 'target server',
      reason: `is version ${to}, older than the source's ${from}`,
      next: 'set allowOlder: true in the plan if that is wanted',
    },
  ];
};
