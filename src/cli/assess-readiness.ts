/** What a cutover would meet if it came now, one answer for each question. Pure; it promises nothing of the day of the cutover. */
import type {Finding} from '../engine/engine.ts';
import type {Inventory} from '../model/inventory.ts';
import type {Side} from '../model/side.ts';
import {nameOf, type Table} from '../model/table.ts';
import {type Inventories, sessionsNeeded} from '../phase/assess-inventory.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';

/** `isReady` is null where nobody can tell from here. */
export type ReadinessCheck = {readonly question: string; readonly isReady: boolean | null; readonly evidence: string};
export type Readiness = {readonly isReady: boolean; readonly checks: readonly ReadinessCheck[]};

type Facts = {
  readonly plan: Plan;
  readonly tables: readonly Pick<Table, 'name' | 'key'>[];
  readonly inventories: Inventories;
  readonly findings: readonly Finding[];
  /** Columns whose type on the target can hold what the source cannot. */
  readonly wider: number;
};

export const readinessOf = (facts: Facts): Readiness => {
  const checks = [
    refusals(facts),
    keys(facts),
    indexes(facts.inventories.source),
    transactions(facts),
    sessions(facts, 'source'),
    ...(isInPlace(facts.plan) ? [] : [sessions(facts, 'target'), traffic(facts), wayBack(facts)]),
  ];
  return {isReady: checks.every(({isReady}) => isReady !== false), checks};
};

const refusals = ({findings}: Facts): ReadinessCheck => {
  const count = findings.filter(({severity}) => severity === 'refuse').length;
  return {question: 'does nothing stand in the way', isReady: count === 0, evidence: `${count} refusals`};
};

const keys = ({tables}: Facts): ReadinessCheck => {
  const without = tables.filter(({key}) => key.length === 0).map(({name}) => nameOf(name));
  const evidence = without.length ? `without: ${without.join(', ')}` : `${tables.length} of ${tables.length} tables`;
  return {question: 'has every table a key', isReady: without.length === 0, evidence};
};

const indexes = ({indexCheck}: Inventory): ReadinessCheck => {
  const question = 'are the key indexes sound';
  if ('notChecked' in indexCheck) return {question, isReady: null, evidence: indexCheck.notChecked};
  return {
    question,
    isReady: indexCheck.corrupt.length === 0,
    evidence: `${indexCheck.checked} looked through, ${indexCheck.corrupt.length} corrupt`,
  };
};

/** A fence waits for every transaction that has written to one of the tables (H-03). */
const transactions = ({plan, inventories}: Facts): ReadinessCheck => {
  const [question, open] = ['would the fence get its turn at once', inventories.source.openTransactions];
  if ('notShown' in open) return {question, isReady: null, evidence: `transactions of others are not shown: ${open.notShown}`};
  const {stallBudgetMs} = plan.cutover;
  const evidence = `${open.count} transactions open, the oldest for ${open.oldestMs / 1000} s; the stall may take ${stallBudgetMs / 1000} s`;
  return {question, isReady: open.oldestMs <= stallBudgetMs, evidence};
};

const sessions = ({plan, inventories}: Facts, side: Side): ReadinessCheck => {
  const {max, used} = inventories[side].connections;
  const needed = sessionsNeeded(plan);
  return {
    question: `are there sessions enough on the ${side}`,
    isReady: max - used >= needed,
    evidence: `${max - used} free, ${needed} needed`,
  };
};

const traffic = ({plan}: Facts): ReadinessCheck => {
  const names = plan.switch.map(({name}) => name);
  return {
    question: 'do clients get to the target',
    isReady: names.length ? true : null,
    evidence: names.length
      ? `by ${names.join(', ')}`
      : 'the plan names no switch: they get the error of the fence until somebody leads them there',
  };
};

const wayBack = ({plan, wider}: Facts): ReadinessCheck => {
  const days = plan.reverse.windowMs / 86_400_000;
  const limits = wider === 0 ? '' : `; ${wider} columns hold values there that would end it`;
  return {question: 'is there a way back', isReady: true, evidence: `for ${Math.round(days * 100) / 100} days at least${limits}`};
};
