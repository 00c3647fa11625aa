import {expect, it} from 'vitest';
import {workflows} from '../../workflows/workflows.ts';
import {engines} from '../engine/engines.ts';
import {gates} from '../gate/gates.ts';
import {SHIPPED} from '../plan/vocabulary.ts';
import {throttles} from '../throttle/throttles.ts';
import {trafficSwitches} from '../switch/traffic-switches.ts';

/** When one of these fails: add the word to `plan/vocabulary.ts`, then `npm run crossfade -- schema -q > plan.schema.json`. */
it.each([
  ['engines', SHIPPED.engines, Object.keys(engines)],
  ['workflows', SHIPPED.workflows, Object.keys(workflows)],
  ['phases', SHIPPED.phases, [...new Set(Object.values(workflows).flatMap(({phases}) => phases))]],
  ['gates', SHIPPED.gates, Object.keys(gates)],
  ['switches', SHIPPED.switches, Object.keys(trafficSwitches)],
  ['throttles', SHIPPED.throttles, Object.keys(throttles)],
])('a plan may name exactly the %s that exist', (_, words, members) => {
  expect(words.toSorted()).toEqual(members.toSorted());
});
