import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {decommission} from './decommission.ts';
import type {PhaseContext} from './phase.ts';

const TABLES = [{name: {schema: 'shop', name: 'orders'}, estimatedRows: 900, estimatedBytes: 65_536}];
const PARKED = ['1', '2'].map((id) => ({table: {schema: 'shop', name: 'orders'}, key: [id], reason: '22001: too long', since: ''}));

/** Steps that a runner which died had carried out have their results on record. */
const world = (flowed: string | undefined, done: Readonly<Record<string, unknown>> = {}) => {
  const acts: string[] = [];
  const act = (what: string) => async () => void acts.push(what);
  const side = (name: string) => ({
    source: {dropStream: (direction: string) => act(`${name} drops ${direction}`)()},
    target: {
      parked: async () => PARKED,
      progress: async () => {
        acts.push('asked');
        return flowed === undefined ? undefined : {epoch: 1, position: flowed, commitSeq: 4};
      },
    },
    fence: {clean: async () => (acts.push(`${name} is rid of its fence`), [])},
    control: {finish: act(`${name} is finished`)},
  });
  const context = {
    clock: fakeClock('2026-05-01T10:00:00.000Z'),
    source: side('source'),
    target: side('target'),
    replication: {stop: async (direction: string) => void acts.push(`${direction} stops`)},
    tables: async () => TABLES,
    telemetry: {wait: () => undefined},
    steps: {once: async (step: string, work: () => Promise<unknown>) => (step in done ? done[step] : work())},
  } as unknown as PhaseContext;
  return {acts, run: () => decommission.run(context)};
};

test('what stays on the source is asked when the streams stand still and before they go, and stands in the evidence with what went', async () => {
  const {acts, run} = world('0/1A2B');
  const {evidence} = await run();
  expect(evidence['record']).toEqual({
    at: '2026-05-01T10:00:00.000Z',
    flowedBackTo: '0/1A2B',
    parked: [{table: 'shop.orders', rows: 2}],
    copies: [{table: 'shop.orders', rows: 900, bytes: 65_536}],
    dropped: [
      {side: 'source', what: expect.stringContaining('change stream')},
      {side: 'target', what: expect.stringContaining('way back')},
      {side: 'target', what: 'its fence'},
    ],
    fencedYet: [],
  });
  expect(acts.slice(0, 3)).toEqual(['forward stops', 'reverse stops', 'asked']);
  expect(acts).toContain('target drops reverse');
});

test('a runner that goes on keeps the account of the one that died, whose streams are gone', async () => {
  const account = {at: '2026-05-01T09:00:00.000Z', flowedBackTo: '0/1', copies: []};
  const {acts, run} = world(undefined, {account});
  expect((await run()).evidence['record']).toMatchObject(account);
  expect(acts).not.toContain('asked');
  expect((await world(undefined).run()).evidence['record']).toMatchObject({flowedBackTo: null});
});
