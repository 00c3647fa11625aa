/** What a plan is carried out in the middle of: measured when it is rehearsed, and again by the gate `rehearsed`. */
import type {Database} from '../engine/engine.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import type {SideSurroundings, Surroundings, TableSize} from '../model/rehearsal-record.ts';
import {type Table, nameOf} from '../model/table.ts';
import {onTarget, wishesOf} from '../phase/assess.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {crossfadeVersion} from './version.ts';

type Around = {
  readonly pinned: PinnedPlan;
  readonly source: Database;
  readonly target: Database;
  readonly tables: readonly Table[];
  readonly mapping: MigrationMapping;
};

export async function surroundingsOf({pinned, source, target, tables, mapping}: Around): Promise<Surroundings> {
  const {plan, checksum} = pinned;
  return {
    crossfade: crossfadeVersion(),
    plan: {name: plan.name, checksum},
    source: await sideOf(source, await source.catalog.grants('source', tables, wishesOf(plan)), plan.applicationRoles),
    target: await sideOf(target, await target.catalog.grants('target', onTarget(tables, mapping), wishesOf(plan)), plan.applicationRoles),
    tables: sizesOf(tables),
  };
}

async function sideOf(
  database: Database,
  grants: Awaited<ReturnType<Database['catalog']['grants']>>,
  roles: readonly string[],
): Promise<SideSurroundings> {
  const {version, versionText} = await database.identity();
  return {
    engine: database.engine,
    version,
    versionText,
    settings: await database.rehearsing.settings(roles),
    missingGrants: grants.filter(({isHeld, isOptional}) => !isHeld && !isOptional).map(({statement}) => statement),
  };
}

export const sizesOf = (tables: readonly Table[]): readonly TableSize[] =>
  tables.map(({name, estimatedRows, estimatedBytes}) => ({table: nameOf(name), rows: Math.max(0, estimatedRows), bytes: estimatedBytes}));
