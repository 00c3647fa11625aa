import {expect, test, vi} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Wait} from '../telemetry/telemetry.ts';
import type {PhaseContext} from './phase.ts';
import {ridOfFence} from './rid-of-fence.ts';

const ORDERS = {schema: 'shop', name: 'orders'};

/** A fence whose table is in use for so many looks. */
const world = async (busyLooks: number) => {
  const [clock, stop, waits] = [fakeClock(), new AbortController(), [] as (Wait | undefined)[]];
  let looks = 0;
  const clean = async () => (++looks <= busyLooks ? [ORDERS] : []);
  const context = {
    clock,
    signal: stop.signal,
    target: {fence: {clean}},
    tables: async () => [],
    telemetry: {wait: (_key: string, wait: Wait | undefined) => void waits.push(wait)},
  } as unknown as PhaseContext;
  const left = ridOfFence(context);
  await vi.waitUntil(() => clock.sleepers() > 0);
  return {clock, stop, waits, looks: () => looks, left: {answer: left}};
};

test('a table that is in use for a moment is asked for again, which is said meanwhile', async () => {
  const {clock, waits, looks, left} = await world(2);
  await clock.advance(5_000);
  expect(await left.answer).toEqual([]);
  expect(looks()).toBe(3);
  expect(waits[0]?.cause).toContain('shop.orders on the target are in use');
  expect(waits.at(-1)).toBeUndefined();
});

test('one that is in use for longer than a minute keeps its trigger, and is named', async () => {
  const {clock, looks, left} = await world(Infinity);
  await clock.advance(61_000);
  expect(await left.answer).toEqual([ORDERS]);
  expect(looks()).toBe(61);
});

test('a runner that is to stop does not wait for it', async () => {
  const {clock, stop, looks, left} = await world(Infinity);
  await clock.advance(2_000);
  stop.abort(new Error('paused'));
  await expect(left.answer).rejects.toThrow('paused');
  expect(looks()).toBe(3);
});
