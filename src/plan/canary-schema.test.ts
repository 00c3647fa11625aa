import {describe, expect, test} from 'vitest';
import {problemsOf} from '../../test/support/plan-problems.ts';
import {canaryPaths} from './canary-paths.ts';
import {pinPlan} from './plan-file.ts';

const PLAN = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
schema: {kind: existing}
scope: {tables: [shop.*]}
`;
const PROXY = 'switch: [{command: {run: ./switch.sh}}]\n';
const BOTH = 'switch: [router, {command: {run: ./switch.sh}}]\n';
const env = (value: string) => ({kind: 'env', value});
const OWN = {source: env('SOURCE_URL'), target: env('TARGET_URL'), isOwn: true};
const APPLICATION = {source: env('A'), target: env('B'), isOwn: false};

describe('along what a plan has tokens written', () => {
  test.each([
    ['with the router and without a word: its own addresses', '', {paths: [], router: OWN, none: undefined}],
    ['the same with only a policy', 'canary: {onFailure: reverse}\n', {paths: [], router: OWN, none: undefined}],
    [
      "the application's addresses for the router",
      'canary: {source: env:A, target: env:B}\n',
      {paths: [], router: APPLICATION, none: undefined},
    ],
    [
      'its addresses at proxies',
      `${PROXY}canary: {paths: [env:A, env:B]}\n`,
      {paths: [env('A'), env('B')], router: undefined, none: undefined},
    ],
    [
      'both kinds',
      `${BOTH}canary: {paths: [env:P], source: env:A, target: env:B}\n`,
      {paths: [env('P')], router: APPLICATION, none: undefined},
    ],
    ['a proxy without a word: nothing', PROXY, {paths: [], router: undefined, none: 'the plan names no path of the application'}],
    ['off', 'canary: off\n', {paths: [], router: undefined, none: 'the plan says canary: off'}],
  ])('%s', (_, text, expected) => {
    expect(canaryPaths(pinPlan(PLAN + text, 'p.yaml').plan)).toEqual(expected);
  });

  test('waiting is the default, and a plan without a canary has the checksum it always had', () => {
    expect(pinPlan(`${PLAN}canary: {source: env:A, target: env:B}\n`, 'p.yaml').plan.canary).toMatchObject({onFailure: 'wait'});
    expect(pinPlan(PLAN, 'p.yaml').plan).not.toHaveProperty('canary');
  });
});

describe('applications that speak another engine to the target', () => {
  const foreign = PLAN.replace('engine: postgres', 'engine: mysql').replace('existing', 'convert');

  test('are followed with the router, by the addresses of the plan or their own', () => {
    expect(canaryPaths(pinPlan(foreign, 'p.yaml').plan)).toEqual({paths: [], router: OWN, none: undefined});
    const asked = pinPlan(`${foreign}canary: {source: env:A, target: env:B}\n`, 'p.yaml');
    expect(canaryPaths(asked.plan)).toEqual({paths: [], router: APPLICATION, none: undefined});
  });

  test('have no one address for both, which is told', () => {
    const {none} = canaryPaths(pinPlan(foreign + PROXY, 'p.yaml').plan);
    expect(none).toContain('one address cannot lead to two engines');
    const asked = () => pinPlan(`${foreign}${PROXY}canary: {paths: [env:A]}\n`, 'p.yaml');
    expect(asked).toThrow(/canary\.paths: cannot be named: one address cannot lead to two engines/);
  });
});

describe('what cannot be meant is named', () => {
  test.each([
    ['canary: {source: env:A}\n', 'canary: needs source and target together'],
    ['canary: {source: env:A, target: env:A}\n', 'canary.target: is the same as that of the source'],
    [`${PROXY}canary: {source: env:A, target: env:B}\n`, 'canary.source: is for the switch router'],
    ['canary: {paths: [env:A]}\n', 'canary.paths: are for poolers and proxies'],
    [`${PROXY}canary: {onFailure: wait}\n`, 'canary: needs paths'],
    [`${PROXY}canary: {paths: []}\n`, 'canary.paths: must name at least one path'],
    ['cutover: {start: auto}\ncanary: {onFailure: reverse}\n', 'canary.onFailure: would go there and back without end'],
    [`${PROXY}canary: {path: [env:A]}\n`, 'canary.path: is not a known key'],
    [`${PROXY}canary: {paths: ['postgres://app:secret@pool/shop']}\n`, 'canary.paths[0]: a URL with a password must not stand in a plan'],
    ['canary: on\n', 'canary'],
  ])('%s', (text, expected) => {
    const problems = problemsOf(PLAN + text).join('\n');
    expect(problems).toContain(expected);
    expect(problems).not.toContain('secret@');
  });
});
