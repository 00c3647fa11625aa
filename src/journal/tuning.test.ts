import {expect, it} from 'vitest';
import {ANN, created, journal, runner, signal} from '../../test/support/journal-facts.ts';
import type {JournalFact, Signal} from './journal.ts';
import {tuningOf} from './tuning.ts';

const throttle = (percent: number) => signal({type: 'throttle', percent});
const set = (key: Extract<Signal, {type: 'set'}>['key'], value: number) => signal({type: 'set', key, value});
const amended: JournalFact = {type: 'plan-amended', checksum: 'c2', plan: {}, diff: '', reason: 'more'};

it.each<[string, readonly JournalFact[], {copy: number; verify: number; parallel?: number; by?: string}]>([
  ['nothing', [], {copy: 0, verify: 0}],
  ['throttle', [throttle(70)], {copy: 70, verify: 70, by: 'ann'}],
  ['one of the two', [throttle(70), set('throttle.verify', 0)], {copy: 70, verify: 0, by: 'ann'}],
  ['unthrottle', [throttle(70), signal({type: 'unthrottle'})], {copy: 0, verify: 0}],
  ['a runner that ended in between', [throttle(70), runner(2)], {copy: 70, verify: 70, by: 'ann'}],
  ['more at a time', [set('load.parallel', 8), throttle(0)], {copy: 0, verify: 0, parallel: 8}],
  ['more at a time, before the plan was amended', [set('load.parallel', 8), amended], {copy: 0, verify: 0}],
])('%s', (_, facts, {copy, verify, parallel, by}) => {
  const tuning = tuningOf(journal([created, ...facts]));
  expect(tuning).toMatchObject({throttle: {copy, verify}});
  expect([tuning.parallel, tuning.throttledBy?.actor]).toEqual([parallel, by === undefined ? undefined : ANN.name]);
});

it('who set what counts is known, until the plan is amended or its own limit counts again', () => {
  const setByAfter = (...facts: readonly JournalFact[]) => Object.keys(tuningOf(journal([created, ...facts])).setBy);
  const lag = (value: number | 'plan') => signal({type: 'set', key: 'throttle.replica-lag', value});
  expect(tuningOf(journal([created, set('load.parallel', 8)])).setBy).toMatchObject({'load.parallel': {actor: ANN.name}});
  expect(setByAfter(set('load.parallel', 8), lag(5), throttle(70))).toEqual(['load.parallel', 'throttle.replica-lag']);
  expect(setByAfter(set('load.parallel', 8), lag(5), lag('plan'))).toEqual(['load.parallel']);
  expect(setByAfter(lag(5), amended, set('load.chunk', 1024))).toEqual(['load.chunk']);
});
