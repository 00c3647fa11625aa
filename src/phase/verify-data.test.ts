/** After an attempt at the cutover that came to nothing: what is still known is not compared again, and nobody is pressed. */
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import type {PhaseContext} from './phase.ts';
import {verifyData} from './verify-data.ts';

const report = {tables: [{table: {schema: 'shop', name: 'item'}, rows: '7', checksum: ''}], equal: true, differing: 0, uncompared: 0};

const world = (outlived: number, start: 'manual' | 'auto') => {
  const clock = fakeClock();
  const steps: string[] = [];
  const link = {direction: 'forward', changed: {size: 12, whole: []}, lagMs: async () => 40};
  const telemetry = silentTelemetry();
  const context = {
    clock,
    plan: {plan: {cutover: {start}}},
    replication: {ensure: async () => link},
    target: {target: {progress: async () => undefined}},
    source: {source: {probeSchema: async () => undefined}, target: {progress: async () => undefined}},
    mappings: async () => [],
    steps: {each: (step: string, act: () => Promise<unknown>) => (steps.push(step), act())},
    verification: {outlived: () => outlived, compareAll: async () => report},
    pausable: (_where: string, work: Promise<unknown>) => work,
    telemetry,
    signal: new AbortController().signal,
  } as unknown as PhaseContext;
  return {clock, steps, run: () => verifyData.run(context)};
};

test('nothing is known: all rows are compared', async () => {
  const {steps, run} = world(0, 'auto');
  expect(await run()).toMatchObject({event: {type: 'done'}, evidence: {verification: {equal: true, rows: '7'}}});
  expect(steps).toEqual(['compare']);
});

test('what is known is on record as old, never as a comparison of now', async () => {
  const {steps, run} = world(2, 'manual');
  const {event, evidence} = await run();
  expect(event).toEqual({type: 'done'});
  expect(evidence).toEqual({compared: 'before the attempt that was called off', attempts: 2, restMs: 0, waiting: 12, whole: 0});
  expect(steps).toEqual([]);
});

test.each([
  [1, 1_000],
  [3, 4_000],
  [20, 60_000],
])('attempt %i that begins by itself is followed by a rest of %i ms', async (attempts, restMs) => {
  const {clock, run} = world(attempts, 'auto');
  let isOver = false;
  const resting = run().then((outcome) => {
    isOver = true;
    return outcome;
  });
  for (let turns = 0; clock.sleepers() === 0 && turns < 100; turns++) await turn();
  await clock.advance(restMs - 1);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect((await resting).evidence).toMatchObject({restMs});
});
