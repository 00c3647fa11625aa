/** Nothing that a person meets in the output of a run is without its page. */
import {expect, it} from 'vitest';
import {type} from '../../test/support/command-line.ts';
import {workflows} from '../../workflows/workflows.ts';
import {gates} from '../gate/gates.ts';
import {METRICS} from '../server/metrics.ts';
import {throttles} from '../throttle/throttles.ts';
import {subjects} from './explain-subjects.ts';

const names = subjects.flatMap(({pages}) => Object.keys(pages));

it('no name means two things', () => {
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
});

it('every phase of every workflow, gate, throttle and metric is among them', () => {
  const wanted = [
    ...Object.values(workflows).flatMap(({phases}) => phases),
    ...Object.keys(gates),
    ...Object.keys(throttles).map((name) => `throttle.${name}`),
    ...METRICS.map(({name}) => name),
  ];
  expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
});

it.each(names)('%s is explained', async (name) => {
  const page = subjects.find(({pages}) => Object.hasOwn(pages, name))?.pages[name];
  const {code, out} = await type(['explain', name, '--json']);
  expect(code).toBe(0);
  const section = name.startsWith('CF-') ? `docs/runbook/errors.md#${name.toLowerCase()}` : null;
  expect(JSON.parse(out)).toEqual({schemaVersion: 1, code: name, ...page, page: section});
});

it('a throttle is found by its name in the plan too', async () => {
  expect((await type(['explain', 'replica-lag'])).out).toContain('throttle.replica-lag: replicas of the source keep up');
});
