/** A plan with what its databases say about it. Asked by `plan`, by `run --dry-run` and by `sql`; changes neither side. */
import type {Finding, MigrationRef} from '../engine/engine.ts';
import {isCoded} from '../model/errors.ts';
import {assessPlan} from '../phase/assess.ts';
import {isInPlace, type PinnedPlan} from '../plan/plan.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {openSides, openSwitches, operationsOf, type Sides} from './compose.ts';
import {failoverNotes} from './compose-failover.ts';
import {mappingOf} from './compose-mapping.ts';
import type {Outline} from './outline.ts';
import {planFacts, type PlanFacts} from './plan-facts.ts';
import {planOutline} from './plan-outline.ts';
import {switchFindings} from './switch-findings.ts';

export type AskedPlan = {readonly facts: PlanFacts; readonly outline: Outline; readonly findings: readonly Finding[]};

/** `withFindings: false` asks for the catalogue only. A side that cannot be asked is named in `facts.missing`. */
export const askPlan = async ({plan}: PinnedPlan, migration: MigrationRef, withFindings: boolean): Promise<AskedPlan> => {
  const sides = await opened(() => openPlan(plan, migration));
  try {
    const facts = await planFacts(plan, migration, sides);
    const isWhole = !('none' in sides) && facts.missing.length === 0;
    const findings = withFindings && isWhole ? await assessed(sides, facts, migration) : [];
    return {facts, outline: await planOutline(facts), findings};
  } finally {
    if (!('none' in sides)) await Promise.all([sides.source.close(), sides.target.close()]);
  }
};

const openPlan = async (plan: PinnedPlan['plan'], migration: MigrationRef): Promise<Sides> =>
  openSides(plan, migration, await effectsOf(process.env));

/** An address that cannot be resolved is as good as a server that does not answer. */
const opened = async (open: () => Promise<Sides>): Promise<Sides | {readonly none: string}> => {
  try {
    return await open();
  } catch (error) {
    if (!isCoded(error)) throw error;
    return {none: `${error.code} ${error.message}`};
  }
};

const assessed = async (sides: Sides, {plan, tables}: PlanFacts, migration: MigrationRef): Promise<readonly Finding[]> => {
  const switches = isInPlace(plan) ? [] : openSwitches(plan, sides, migration, await effectsOf(process.env));
  try {
    const inTheWay = await assessPlan({...sides, plan, tables, operations: operationsOf(plan), mapping: await mappingOf(plan)});
    return [...inTheWay, ...(await switchFindings(switches)), ...failoverNotes(plan)];
  } finally {
    await Promise.all(switches.map((one) => one.close()));
  }
};
