import {expect, test} from 'vitest';
import {readPlanFile} from '../plan/plan-file.ts';
import {standInFor} from './stand-in.ts';

const PLACES = {
  source: {engine: 'postgres', url: {kind: 'env', value: 'A'}},
  target: {engine: 'postgres', url: {kind: 'env', value: 'B'}},
} as const;

test('the plan on other addresses, without anything that reaches out, and what that was', async () => {
  const {plan: written} = await readPlanFile('plans/shop-17-to-18.yaml');
  const hook = {on: ['before-cutover'], run: ['/etc/freeze'], timeoutMs: 1000, everyMs: 1000} as const;
  const afterSwitch = {
    statements: {factor: 3, leastMs: 1, callsMin: 1},
    watch: [{name: 'errors', settings: {}, forMs: 1000, onExceeded: 'reverse'}],
  } as const;
  const plan = {...written, hooks: [hook], throttle: [{name: 'http', settings: {}}], afterSwitch};
  const {plan: stand, leftOut} = standInFor(plan, PLACES, {'reverse-cutover': ['replication-lag'], cutover: ['approval']});
  expect([stand.source, stand.target]).toEqual([PLACES.source, PLACES.target]);
  expect(stand.switch).toEqual([{name: 'router', settings: {}}]);
  expect([stand.canary, stand.failover, stand.applicationRoles]).toEqual(['off', undefined, []]);
  const asked = Object.values(stand.gates).flatMap((list) => list.map(({name}) => name));
  expect(asked).toContain('checksum-match');
  expect(asked).not.toContain('approval');
  expect(stand.afterSwitch).toEqual({statements: afterSwitch.statements});
  expect([stand.hooks, stand.throttle]).toEqual([undefined, undefined]);
  expect(leftOut).toEqual(
    expect.arrayContaining(['the hooks', 'throttle http', 'the figure errors', 'gate approval before cutover', 'switch pgbouncer']),
  );
  expect([stand.scope, stand.load, stand.cutover, stand.mapping]).toEqual([plan.scope, plan.load, plan.cutover, plan.mapping]);
});

test('reads that no application sends are not waited for', async () => {
  const {plan} = await readPlanFile('plans/reads-first.yaml');
  const {plan: stand, leftOut} = standInFor(plan, PLACES, {});
  expect([stand.workflow, stand.reads]).toEqual(['live-migration', undefined]);
  expect(leftOut).toEqual(expect.arrayContaining(['the reads of the application: nobody sends any', 'gate reads-match before cutover']));
});
