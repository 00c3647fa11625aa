import {expect, test} from 'vitest';
import {comparePlansOf, type PlannedStatement, regressionWords} from './plan-comparison.ts';
import type {PlanShape} from './plan-shape.ts';

const ORDERS = 'shop.orders';
const BY_PERSON = {name: 'orders_person', of: 'btree (person)'};

const byIndex: PlanShape = {
  ...{nodes: ['Index Scan'], rows: 10, cost: 20},
  scans: [{table: ORDERS, by: [BY_PERSON.name], rows: 10}],
  indexes: {[ORDERS]: [BY_PERSON]},
};
const whole: PlanShape = {...byIndex, nodes: ['Seq Scan'], cost: 900, scans: [{table: ORDERS, by: [], rows: 10}]};
const without = (shape: PlanShape): PlanShape => ({...shape, indexes: {[ORDERS]: []}});

const one = (source: PlanShape, target: PlanShape, name = 'a', calls = 10): PlannedStatement => ({
  ...{fingerprint: name, text: `text of ${name}`, calls, totalMs: 1, source, target},
});
const found = (source: PlanShape, target: PlanShape) => {
  const plans = comparePlansOf([one(source, target)]);
  return 'worse' in plans ? plans.worse.flatMap((worse) => worse.found) : plans;
};

test('an index that the target does not have is named where the source uses it', () => {
  expect(found(byIndex, without(whole))).toEqual([{kind: 'index-missing', table: ORDERS, index: 'orders_person', of: 'btree (person)'}]);
  expect(found(byIndex, without({...whole, cost: 20})), 'a small table is read from end to end at no cost yet').toHaveLength(1);
  expect(found(byIndex, {...byIndex, indexes: {[ORDERS]: [{name: 'other', of: 'btree (person, day)'}]}}), 'another is as good').toEqual([]);
  expect(found(byIndex, {...whole, indexes: {[ORDERS]: [{...BY_PERSON, of: 'btree (person) WHERE true'}]}})).toMatchObject([
    {kind: 'sequential-scan'},
  ]);
});

test('an index that is there and not used is named where that costs more', () => {
  expect(found(byIndex, whole)).toEqual([{kind: 'sequential-scan', table: ORDERS, index: 'orders_person'}]);
  expect(found(byIndex, {...whole, cost: 39}), 'not twice as much').toEqual([]);
  expect(found(byIndex, {...whole, indexes: {[ORDERS]: [{...BY_PERSON, name: 'by_person'}]}}), 'under another name').toMatchObject([
    {kind: 'sequential-scan'},
  ]);
  expect(found({...byIndex, cost: 1}, {...whole, cost: 50}), 'of a small table').toEqual([]);
  expect(found({...byIndex, scans: [...byIndex.scans, ...whole.scans]}, whole), 'the source reads it so, too').toEqual([]);
  expect(found(whole, byIndex), 'the target is better').toEqual([]);
});

test('other expectations and much more work are named where nothing else explains them', () => {
  const many: PlanShape = {...byIndex, scans: [{table: ORDERS, by: [BY_PERSON.name], rows: 5000}]};
  expect(found(byIndex, {...many, cost: 90})).toEqual([{kind: 'estimate', table: ORDERS, source: 10, target: 5000}]);
  expect(found({...many, cost: 20}, {...byIndex, cost: 90})).toEqual([{kind: 'estimate', table: ORDERS, source: 5000, target: 10}]);
  expect(found(many, byIndex), 'another way to join, which costs no more').toEqual([]);
  expect(found(byIndex, {...byIndex, cost: 2000})).toEqual([{kind: 'cost', factor: 100}]);
  expect(found(byIndex, {...byIndex, cost: 1000}), 'less than that may be settings').toEqual([]);
});

test('the most work added in all comes first, and statements without a plan are counted by their reason', () => {
  const noPlan = {fingerprint: 'x', text: 'x', calls: 1, totalMs: 1, reason: 'the target: no such table'};
  expect(comparePlansOf([one(byIndex, whole, 'a'), noPlan, one(byIndex, whole, 'b', 99), one(byIndex, byIndex), noPlan])).toMatchObject({
    compared: 3,
    worse: [{fingerprint: 'b', text: 'text of b', source: {cost: 20}, target: {cost: 900, nodes: ['Seq Scan']}}, {fingerprint: 'a'}],
    unknown: [{reason: 'the target: no such table', statements: 2}],
  });
});

test('where no statement has two plans nothing was compared, and the commonest reason says why', () => {
  const noPlan = (reason: string) => ({fingerprint: 'x', text: 'x', calls: 1, totalMs: 1, reason});
  expect(comparePlansOf([noPlan('a'), noPlan('b'), noPlan('b')])).toEqual({
    notCompared: 'none of 3 statements has a plan on both sides; 2 of them: b',
  });
  expect(comparePlansOf([])).toEqual({notCompared: 'the source has recorded no statement'});
});

test('steps of many parts are one with their number', () => {
  const parts = {...whole, nodes: ['Append', ...Array.from({length: 1000}, () => 'Seq Scan')]};
  expect(comparePlansOf([one(byIndex, parts)])).toMatchObject({worse: [{target: {nodes: ['Append', 'Seq Scan × 1000']}}]});
});

test('each is told in words with what to look at', () => {
  const words = [found(byIndex, without(whole)), found(byIndex, whole), found(byIndex, {...byIndex, cost: 2000})].flat();
  expect(words.map((each) => ('kind' in each ? regressionWords(each) : each))).toEqual([
    'shop.orders: the source uses the index orders_person, which the target does not have: btree (person)',
    'shop.orders: the source uses the index orders_person, the target reads it from end to end',
    'the target expects 100 times the work',
  ]);
});
