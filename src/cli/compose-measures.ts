/** What gates ask of the sides beyond what the runner knows by itself, and who watches the room on their servers. */
import type {Database} from '../engine/engine.ts';
import {Guardian} from '../guardian/guardian.ts';
import type {Effects} from '../model/effects.ts';
import {applicationRoleFindings, refusalsOf} from '../phase/application-roles.ts';
import {words as blockerWords} from '../phase/blockers.ts';
import {countRows} from '../phase/count-rows.ts';
import {headroomOf} from '../phase/disk-room.ts';
import type {PhaseContext} from '../phase/phase.ts';
import {readsNow} from '../phase/reported-reads.ts';
import {reshapedSchema} from '../phase/reshaped-schema.ts';
import {wayBackFaults} from '../phase/way-back.ts';
import type {Replication} from '../pipeline/replication.ts';
import type {Plan} from '../plan/plan.ts';
import {retentionOf} from '../plan/retention.ts';
import type {RunnerOptions} from '../runner/runner-options.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {brieflyOf, compareSchemas} from '../verify/schema-compare.ts';
import {gateServices} from './compose-gate-services.ts';
import {readRecord} from './rehearsal-file.ts';
import {surroundingsOf} from './surroundings.ts';

type Sides = {readonly source: Database; readonly target: Database};

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

/** Of a composed run. */
type Run = Pick<PhaseContext, 'plan' | 'source' | 'target' | 'replication' | 'mapping' | 'tables' | 'mappings' | 'telemetry' | 'effects'>;

export const measuresOf =
  (run: Run, guardian: Guardian): RunnerOptions['measures'] =>
  ({openSide, signal}) => {
    const {source, target, tables} = run;
    const {plan} = run.plan;
    const mapped = async () => ({source, target, plan, tables: await tables('source'), mapping: await run.mapping()});
    return {
      schemaDifferences: async () => {
        const [from, to] = [await tables('source'), await tables('target')];
        const shapes = await reshapedSchema({target, tables: from, mapping: await run.mapping()});
        const {differences} = await compareSchemas({database: source, tables: from}, {database: target, tables: to}, shapes);
        return differences.map(brieflyOf);
      },
      applicationRoleFaults: async () => refusalsOf(await applicationRoleFindings(await mapped(), 'now')),
      headroom: async () => {
        const headroom = await headroomOf(await mapped());
        if (!headroom) throw new Error('nothing is copied between two servers that tell sizes');
        return headroom;
      },
      retention: async () => guardian.outlooks().map(({outlook, words}) => ({isWell: outlook.level === 'well', words})),
      longTransactions: async () =>
        (await run[openSide].clients.blockers(await tables(openSide), [])).map((one) => ({words: blockerWords(one), ageMs: one.ageMs})),
      rowCounts: () => countRows(run, openSide, signal),
      reads: () => readsNow(run),
      wayBackFaults: () => wayBackFaults(run, openSide),
      rehearsal: (file) => readRecord(file, run.plan.file, plan.approval.people ?? []),
      surroundings: async () => surroundingsOf({...(await mapped()), pinned: run.plan}),
      ask: (side, query, limits) => run[side].ask(query, limits),
      ...gateServices(run.effects, signal),
    };
  };
