import {expect, test} from 'vitest';
import {statementRules} from './after-switch.ts';
import {pinPlan} from './plan-file.ts';

const PLAN = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
scope: {tables: [shop.*]}
`;
const planOf = (text: string) => pinPlan(`${PLAN}${text}\n`, 'p.yaml').plan;

test('when a statement counts as slower', () => {
  expect(planOf('')).not.toHaveProperty('afterSwitch');
  const usual = statementRules(planOf(''));
  expect(usual).toEqual({factor: 2, leastMs: 10, callsMin: 10});
  expect(statementRules(planOf('afterSwitch: {statements: {}}'))).toEqual(usual);
  expect(statementRules(planOf('afterSwitch: {statements: {factor: 1.5, least: 1s, calls: 3}}'))).toEqual({
    factor: 1.5,
    leastMs: 1000,
    callsMin: 3,
  });
});

test.each([
  ['afterSwitch: {statements: {factor: 1}}', /afterSwitch\.statements\.factor.*must be above 1/],
  ['afterSwitch: {statements: {least: 0s}}', /afterSwitch\.statements\.least/],
  ['afterSwitch: {statments: {}}', /statments/],
])('%s is refused', (text, problem) => {
  expect(() => planOf(text)).toThrow(problem);
});
