import {setImmediate as turn} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {UNTUNED} from '../model/tuning.ts';
import {silentTelemetry, type Wait} from '../telemetry/telemetry.ts';
import {MeasuredThrottle} from './measured.ts';
import type {Gauge, Reading} from './throttle.ts';

function watched(answers: Readonly<Record<string, (max: number | undefined) => Promise<Reading>>>) {
  const clock = fakeClock();
  const [waits, notes, over] = [new Map<string, Wait>(), [] as string[], new AbortController()];
  const telemetry = {
    ...silentTelemetry(),
    note: (text: string) => void notes.push(text),
    wait: (key: string, wait: Wait | undefined) => void (wait ? waits.set(key, wait) : waits.delete(key)),
  };
  let closed = 0;
  const planned = Object.entries(answers).map(([name, measure]) => {
    const gauge: Gauge = {max: 5_000, measure, close: async () => void closed++};
    return {name, gauge};
  });
  const throttle = new MeasuredThrottle(planned, {telemetry, clock});
  const watching = throttle.watch(over.signal);
  const rest = () => {
    const resting = {isOver: false};
    void throttle.rest('copy', 0, clock, over.signal).then(() => (resting.isOver = true));
    return resting;
  };
  return {clock, waits: () => [...waits.values()], notes, throttle, rest, closed: () => closed, end: async () => (over.abort(), watching)};
}

it('work waits until every one says yes, and says for what, with its number and what to do', async () => {
  const lag = {go: false, words: 'replica b 7.0s > 5s', owner: 'whoever runs replica b'};
  const {clock, waits, rest, end, closed} = watched({'replica-lag': async () => lag, sql: async () => ({go: true, words: '1 of 2'})});
  const resting = rest();
  await clock.advance(0);
  await turn();
  expect(waits()).toEqual([
    {
      cause: 'copying and comparing wait for the throttle replica-lag: replica b 7.0s > 5s',
      since: '2026-01-01T00:00:00.000Z',
      owner: 'whoever runs replica b; it is measured again each second',
      next: {
        command: 'crossfade set throttle.replica-lag=10s --reason TEXT',
        why: 'changes the limit, or goes on without it; the stream goes on meanwhile',
      },
      throttle: 'replica-lag replica b 7.0s > 5s',
    },
  ]);
  expect(resting.isOver).toBe(false);
  lag.go = true;
  await clock.advance(1_000);
  await turn();
  expect([resting.isOver, waits()]).toEqual([true, []]);
  await end();
  expect(closed()).toBe(2);
});

it('what cannot be measured, has not been yet, or has not answered for long is a no', async () => {
  let act: () => Promise<Reading> = () => Promise.reject(new Error('connection refused'));
  const {clock, waits, rest, end} = watched({http: () => act()});
  const [first] = [rest()];
  expect(first.isOver).toBe(false);
  await clock.advance(0);
  await turn();
  expect(waits()[0]?.cause).toBe('copying and comparing wait for the throttle http: cannot be measured: connection refused');
  act = async () => ({go: true, words: 'well'});
  await clock.advance(1_000);
  await turn();
  expect(first.isOver).toBe(true);
  act = () => new Promise(() => {});
  await clock.advance(60_000);
  const late = rest();
  await clock.advance(60_000);
  await turn();
  expect(late.isOver).toBe(false);
  await end();
});

it('takes the limit that an operator has set, or none at all', async () => {
  const asked: (number | undefined)[] = [];
  const {clock, waits, throttle, rest, end} = watched({
    sql: async (max = 0) => (asked.push(max), {go: max >= 9_000, words: `9000 of ${max}`}),
  });
  const resting = rest();
  await clock.advance(0);
  await turn();
  throttle.tuning = {...UNTUNED, limits: {sql: 9_000}};
  await clock.advance(1_000);
  await turn();
  expect([asked, resting.isOver]).toEqual([[5_000, 9_000], true]);
  throttle.tuning = {...UNTUNED, limits: {sql: 8_000}};
  await clock.advance(1_000);
  await turn();
  expect(waits()).toHaveLength(1);
  throttle.tuning = {...UNTUNED, limits: {sql: 'off'}};
  expect(waits()).toEqual([]);
  const free = rest();
  await turn();
  expect(free.isOver).toBe(true);
  await end();
});
