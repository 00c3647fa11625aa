/** The tables of both sides and how they become each other, read from the catalogues when they are first needed. */
import type {Database} from '../engine/engine.ts';
import {enginePair} from '../mapping/engine-pairs.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import {loadFunctions} from '../mapping/value-functions.ts';
import type {MappingRules} from '../model/mapping-rules.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {PhaseContext} from '../phase/phase.ts';
import type {Plan} from '../plan/plan.ts';

export const mappingOf = async (plan: Plan): Promise<MigrationMapping> => {
  const rules: MappingRules = {tables: plan.mapping ?? [], allowLoss: plan.reverse.allowLoss === true};
  return migrationMapping(rules, await loadFunctions(rules), enginePair(plan.source.engine, plan.target.engine, plan.conversion));
};

/** The source is read once. The target's tables change while it is prepared, so they are kept only when all are there. */
export const mappedTables = (plan: Plan, source: Database, target: Database): Pick<PhaseContext, 'mapping' | 'tables' | 'mappings'> => {
  const mapping = remembered(() => mappingOf(plan));
  const sourceTables = remembered(async () => (await mapping()).sourceTables(await source.catalog.tables(plan.scope)));
  const targetTables = async (): Promise<readonly Table[]> =>
    tablesNamed(
      target,
      (await sourceTables()).map(({name}) => name),
      await mapping(),
    );
  const forward = remembered(async () => (await mapping()).tables(await sourceTables(), await targetTables(), 'forward'));
  const reverse = remembered(async () =>
    (await mapping()).tables(
      await sourceTables(),
      (await forward()).map((one) => one.to),
      'reverse',
    ),
  );
  return {
    mapping,
    tables: (side = 'source') => (side === 'source' ? sourceTables() : targetTables()),
    mappings: (direction) => (direction === 'forward' ? forward() : reverse()),
  };
};

const tablesNamed = async (target: Database, sources: readonly TableName[], mapping: MigrationMapping): Promise<readonly Table[]> => {
  const names = sources.map((name) => nameOf(mapping.targetName(name)));
  return names.length ? target.catalog.tables({tables: names, exclude: []}) : [];
};

/** A failed answer is not kept. */
const remembered = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let known: Promise<T> | undefined;
  return () => {
    known ??= read().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
};
