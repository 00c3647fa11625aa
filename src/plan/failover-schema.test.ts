import {expect, test} from 'vitest';
import {pinPlan} from './plan-file.ts';
import {PlanInvalid} from './plan-invalid.ts';

const PLAN = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
schema: {kind: existing}
scope: {tables: [shop.*]}
`;
const PROGRAMS = 'pause: [./p, pause], resume: [./p, resume], observe: [./p]';

function problemsOf(text: string): string {
  try {
    pinPlan(PLAN + text, 'p.yaml');
  } catch (error) {
    if (error instanceof PlanInvalid) return error.message;
    throw error;
  }
  return '';
}

test('programs, the names of the primaries, and secrets by reference', () => {
  const text = `failover: {${PROGRAMS}, primary: {source: a:1, target: b:2}, secrets: {PATRONI_PASSWORD: env:P}}\n`;
  expect(pinPlan(PLAN + text, 'p.yaml').plan.failover).toEqual({
    ...{pause: ['./p', 'pause'], resume: ['./p', 'resume'], observe: ['./p']},
    primary: {source: 'a:1', target: 'b:2'},
    secrets: {PATRONI_PASSWORD: {kind: 'env', value: 'P'}},
  });
  expect(pinPlan(PLAN, 'p.yaml').plan).not.toHaveProperty('failover');
});

test.each([
  ['a way in without a way out', 'failover: {pause: [./p], observe: [./p]}', /failover\.resume/],
  ['no program', 'failover: {pause: [], resume: [./p], observe: [./p]}', /failover\.pause.*must name a program/],
  ['one side only', `failover: {${PROGRAMS}, primary: {source: a:1}}`, /failover\.primary\.target/],
  ['a password in the plan', `failover: {${PROGRAMS}, secrets: {PATRONI_PASSWORD: hunter22}}`, /failover\.secrets/],
  ['no name of a variable', `failover: {${PROGRAMS}, secrets: {patroni-password: env:P}}`, /name of an environment variable/],
  ['a word it does not know', `failover: {${PROGRAMS}, pauze: [./p]}`, /pauze/],
])('%s is refused', (_, text, problem) => {
  const problems = problemsOf(`${text}\n`);
  expect(problems).toMatch(problem);
  expect(problems).not.toContain('hunter22');
});
