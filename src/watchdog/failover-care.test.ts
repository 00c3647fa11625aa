import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Failover, Observed} from '../failover/failover.ts';
import {FailoverCare} from './failover-care.ts';

/** Both sides alike; what was asked is counted. */
const world = () => {
  const clock = fakeClock();
  const now = {primary: 'one:5432', planned: 'one:5432', isPaused: true, fails: false};
  const calls: string[] = [];
  const ask = (what: string): void => {
    calls.push(what);
    if (now.fails) throw new Error('it cannot be asked');
  };
  const failover: Failover = {
    pause: async () => ask('pause'),
    resume: async (attempt) => {
      ask(`resume ${attempt}`);
      now.isPaused = false;
    },
    observe: async () => {
      ask('observe');
      const one: Observed = {...now};
      return {source: one, target: one};
    },
  };
  return {clock, now, calls, care: new FailoverCare(failover, clock)};
};

test('nothing is opened while another server is primary, and it is asked seldom; then it is opened', async () => {
  const {clock, now, calls, care} = world();
  now.primary = 'three:5432';
  await expect(care.requirePrimaries()).rejects.toMatchObject({code: 'CF-FAILOVER-002'});
  now.primary = 'one:5432';
  await clock.advance(9_999);
  await expect(care.requirePrimaries()).rejects.toThrow(/primary of the source is three:5432/);
  expect(calls).toEqual(['observe']);
  await clock.advance(1);
  await care.requirePrimaries();
  await clock.advance(60_000);
  await care.requirePrimaries();
  expect(calls).toEqual(['observe', 'observe']);
});

test('nor while nobody can say', async () => {
  const {clock, now, care} = world();
  now.fails = true;
  await expect(care.requirePrimaries()).rejects.toThrow('it cannot be asked');
  now.fails = false;
  await expect(care.requirePrimaries()).rejects.toThrow('it cannot be asked');
  await clock.advance(10_000);
  await care.requirePrimaries();
});

test('what is paused is resumed, again and again, also after a failure', async () => {
  const {clock, now, calls, care} = world();
  now.fails = true;
  await expect(care.resume(7001)).rejects.toThrow('it cannot be asked');
  now.fails = false;
  await care.resume(7001);
  expect(calls).toEqual(['observe']);
  await clock.advance(10_000);
  await care.resume(7001);
  expect(calls).toEqual(['observe', 'observe', 'resume 7001']);
  await clock.advance(10_000);
  await care.resume(7001); // it goes on already
  now.isPaused = true; // by a runner that was slow
  await clock.advance(10_000);
  await care.resume(7001);
  expect(calls.slice(3)).toEqual(['observe', 'observe', 'resume 7001']);
});

test('without an automation nothing is asked', async () => {
  const care = new FailoverCare(undefined, fakeClock());
  await care.requirePrimaries();
  await care.resume(1);
});
