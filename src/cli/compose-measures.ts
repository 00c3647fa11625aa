/** What gates ask of the sides beyond what the runner knows by itself, and who watches the room on their servers. */
import type {Database} from '../engine/engine.ts';
import {Guardian} from '../guardian/guardian.ts';
import type {Effects} from '../model/effects.ts';
import {applicationRoleFindings, refusalsOf} from '../phase/application-roles.ts';
import {headroomOf} from '../phase/disk-room.ts';
import type {PhaseContext} from '../phase/phase.ts';
import {reshapedSchema} from '../phase/reshaped-schema.ts';
import type {Replication} from '../pipeline/replication.ts';
import type {Plan} from '../plan/plan.ts';
import {retentionOf} from '../plan/retention.ts';
import type {RunnerOptions} from '../runner/runner-options.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {brieflyOf, compareSchemas} from '../verify/schema-compare.ts';

type Sides = {readonly source: Database; readonly target: Database};
type Mapped = Pick<PhaseContext, 'mapping' | 'tables'>;

export const openGuardian = (
  plan: Plan,
  {source, target}: Sides,
  replication: Replication,
  effects: Effects,
  telemetry: Telemetry,
): Guardian =>
  new Guardian({
    source,
    target,
    replication,
    scope: plan.scope,
    ...retentionOf(plan),
    disks: {source: plan.source.disk, target: plan.target.disk},
    clock: effects.clock,
    telemetry,
  });

export const measuresOf = (plan: Plan, {source, target}: Sides, mapped: Mapped, guardian: Guardian): RunnerOptions['measures'] => ({
  schemaDifferences: async () => {
    const [from, to] = [await mapped.tables('source'), await mapped.tables('target')];
    const shapes = await reshapedSchema({target, tables: from, mapping: await mapped.mapping()});
    return (await compareSchemas({database: source, tables: from}, {database: target, tables: to}, shapes)).differences.map(brieflyOf);
  },
  applicationRoleFaults: async () => {
    const facts = {source, target, plan, tables: await mapped.tables('source'), mapping: await mapped.mapping()};
    return refusalsOf(await applicationRoleFindings(facts, 'now'));
  },
  headroom: async () => {
    const headroom = await headroomOf({source, target, plan, tables: await mapped.tables('source'), mapping: await mapped.mapping()});
    if (!headroom) throw new Error('nothing is copied between two servers that tell sizes');
    return headroom;
  },
  retention: async () => guardian.outlooks().map(({outlook, words}) => ({isWell: outlook.level === 'well', words})),
});
