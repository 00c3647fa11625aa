import {expect, test} from 'vitest';
import {journal} from '../../test/support/journal-facts.ts';
import {createdWith, type Keyed, keyed} from '../../test/support/people.ts';
import {runState} from '../journal/run-state.ts';
import {requestWords, signalFor, type Asked, unexplainedWords} from './watch-requests.ts';

const asked = (what: Asked, copy = 0, {verify = copy, isPauseRequested = false, isFinal = false} = {}) => {
  const tuning = {throttle: {copy, verify}, parallel: undefined, throttledBy: undefined, setBy: {}};
  return signalFor(what, {isFinal, status: 'completed', isPauseRequested, tuning});
};

test('t stops the copying, and lets it go on at full pace', () => {
  expect(asked('throttle')).toEqual({type: 'throttle', percent: 100});
  expect(asked('throttle', 40)).toEqual({type: 'unthrottle'});
});

test('- and + change the pace by a tenth, within its limits', () => {
  expect(asked('slower')).toEqual({type: 'throttle', percent: 10});
  expect(asked('slower', 95)).toEqual({type: 'throttle', percent: 100});
  expect(asked('slower', 100)).toMatch(/standstill already/);
  expect(asked('faster', 30)).toEqual({type: 'throttle', percent: 20});
  expect(asked('faster', 10)).toEqual({type: 'unthrottle'});
  expect(asked('faster')).toMatch(/as fast as it can/);
  expect(asked('faster', 10, {verify: 60}), 'the slower of the two counts').toEqual({type: 'throttle', percent: 50});
});

test('p and r are recorded once each', () => {
  expect([asked('pause'), asked('pause', 0, {isPauseRequested: true})]).toEqual([{type: 'pause'}, 'a pause was asked for already']);
  expect([asked('resume', 0, {isPauseRequested: true}), asked('resume')]).toEqual([{type: 'resume'}, 'no pause was asked for']);
});

test('nothing is asked of a run that is over', () => expect(asked('slower', 0, {isFinal: true})).toBe('the run is completed'));

test('the line says how much', () =>
  expect([requestWords({type: 'throttle', percent: 20}), requestWords({type: 'unthrottle'})]).toEqual(['throttle 20%', 'unthrottle']));

test('a key slows nothing down where the plan knows people, because it gives no reason', () => {
  const unexplained = (...people: readonly Keyed[]) => {
    const state = runState(journal([createdWith(...people)]));
    return [unexplainedWords({type: 'throttle', percent: 70}, state), unexplainedWords({type: 'unthrottle'}, state)];
  };
  expect(unexplained(keyed('eve'))).toEqual(['this plan wants to know why: crossfade throttle 70 --reason TEXT', undefined]);
  expect(unexplained()).toEqual([undefined, undefined]);
  const state = runState(journal([createdWith(keyed('eve'))]));
  const throttled = {...state, tuning: {...state.tuning, throttle: {copy: 80, verify: 80}}};
  expect(unexplainedWords({type: 'throttle', percent: 70}, throttled), 'that is quicker').toBeUndefined();
});
