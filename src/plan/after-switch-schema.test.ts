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

const FIGURE = '{name: errors, prometheus: env:P, query: errors, max: 0.01';

test('figures to watch, which are told unless the plan says otherwise', () => {
  expect(
    planOf(`afterSwitch: {watch: [${FIGURE}}, {name: p95, url: env:U, max: 1, every: 2s, for: 5m, onExceeded: reverse}]}`).afterSwitch,
  ).toEqual({
    watch: [
      {name: 'errors', forMs: 60_000, onExceeded: 'tell', settings: {name: 'errors', prometheus: 'env:P', query: 'errors', max: 0.01}},
      {name: 'p95', forMs: 300_000, onExceeded: 'reverse', settings: {name: 'p95', url: 'env:U', max: 1, every: 2000}},
    ],
  });
});

test.each([
  [`afterSwitch: {watch: [${FIGURE}, onExceeded: reverse}]}\ncutover: {start: auto}`, /afterSwitch\.watch\[0].onExceeded.*without end/],
  [`afterSwitch: {watch: [${FIGURE}}, ${FIGURE}}]}`, /names two figures alike/],
  ['afterSwitch: {watch: [{name: errors, prometheus: env:P, max: 1}]}', /needs prometheus and query, or url/],
  ['afterSwitch: {watch: [{prometheus: env:P, query: q, max: 1}]}', /afterSwitch\.watch\[0\]\.name/],
  ['afterSwitch: {watch: [{name: errors, url: "http://a:secret@b/", max: 1}]}', /afterSwitch\.watch\[0\]\.url/],
  ['afterSwitch: {statements: {factor: 1}}', /afterSwitch\.statements\.factor.*must be above 1/],
  ['afterSwitch: {statements: {least: 0s}}', /afterSwitch\.statements\.least/],
  ['afterSwitch: {statments: {}}', /statments/],
])('%s is refused', (text, problem) => {
  expect(() => planOf(text)).toThrow(problem);
});
