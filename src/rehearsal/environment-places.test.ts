import {expect, it} from 'vitest';
import {readPlanFile} from '../plan/plan-file.ts';
import type {SecretReference} from '../plan/plan.ts';
import {placesIn} from './environment-places.ts';

const {plan} = await readPlanFile('plans/shop-17-to-18.yaml');
const variable = (value: string): SecretReference => ({kind: 'env', value});
const places = (references: Readonly<Record<string, SecretReference>>, changed = plan) =>
  placesIn(changed, {name: 'staging', file: 'crossfade.yaml', references});
const [source, target] = [plan.source.url.value, plan.target.url.value];
const WHOLE = {[source]: variable('STAGING_SOURCE'), [target]: {kind: 'file', value: '/run/secrets/target'}} as const;

it('puts what the environment says in the place of both addresses', () => {
  const found = places(WHOLE, {...plan, target: {...plan.target, tls: {mode: 'disable'}, disk: 5}});
  expect(found.source).toEqual({engine: 'postgres', url: variable('STAGING_SOURCE')});
  expect(found.target).toEqual({engine: 'postgres', url: {kind: 'file', value: '/run/secrets/target'}, tls: {mode: 'disable'}});
});

it.each([
  ['a reference without another', {[source]: WHOLE[source] ?? variable('')}, plan, `what stands for ${target}`],
  ['a name of every object', {}, {...plan, source: {...plan.source, url: variable('constructor')}}, 'what stands for constructor'],
  ['its own address', {...WHOLE, [source]: variable(source)}, plan, `an address of the plan itself stands for ${source}`],
  ['the other side of the plan', {...WHOLE, [target]: variable(source)}, plan, `an address of the plan itself stands for ${target}`],
  [
    'an address that nothing can stand for',
    WHOLE,
    {...plan, source: {...plan.source, url: {kind: 'file', value: '/run/secrets/source'}}} as const,
    'source.url of the plan names no variable',
  ],
])('refuses %s', (_what, references, changed, message) => {
  expect(() => places(references, changed)).toThrow(
    expect.objectContaining({code: 'CF-ENV-002', message: expect.stringContaining(message)}),
  );
});
