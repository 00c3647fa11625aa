import {expect, test} from 'vitest';
import type {CanaryToken} from '../model/canary-token.ts';
import {account, faults} from './account.ts';
import type {TokenOutcome, WrittenToken} from './canary.ts';

const written = (token: string, client: number, seq: number, outcome: TokenOutcome = 'acknowledged', isLate = false): WrittenToken => ({
  ...{token, client, seq, outcome, isLate},
});
const stored = (...tokens: readonly string[]): CanaryToken[] => tokens.map((token) => ({token, client: 1, seq: 1}));
const GOOD = {lost: 0, twice: 0, undead: 0, astray: 0};

/** Two paths: the first has been moved, the second has not written since. */
const FORWARD = [written('a', 1, 1), written('b', 1, 2), written('c', 1, 3), written('x', 2, 1)];

test.each([
  ['all is where it should be', FORWARD, {source: ['a', 'b', 'x'], target: ['c']}, {...GOOD, tokens: 4, onSource: 3, onTarget: 1}],
  ['an acknowledged one is gone', FORWARD, {source: ['a', 'x'], target: ['c']}, {...GOOD, lost: 1}],
  ['one is on both sides', FORWARD, {source: ['a', 'b', 'x', 'c'], target: ['c']}, {...GOOD, twice: 1, astray: 0}],
  [
    'the closing side has one behind the first of the opening side',
    FORWARD,
    {source: ['a', 'c', 'x'], target: ['b']},
    {...GOOD, astray: 1},
  ],
  ['the order of one path says nothing of another', [...FORWARD, written('y', 2, 9)], {source: ['a', 'b', 'x', 'y'], target: ['c']}, GOOD],
  [
    'what is unknown is there or not',
    [...FORWARD, written('u', 1, 4, 'unknown'), written('v', 1, 5, 'unknown')],
    {source: ['a', 'b', 'x'], target: ['c', 'u']},
    {...GOOD, unknown: 2},
  ],
  [
    'what was refused is there',
    [...FORWARD, written('r', 1, 4, 'refused'), written('q', 1, 5, 'refused')],
    {source: ['a', 'b', 'x'], target: ['c', 'r']},
    {...GOOD, refused: 2, undead: 1},
  ],
  [
    'the closed side has taken one that was begun when it was closed',
    [...FORWARD, written('l', 2, 2, 'acknowledged', true)],
    {source: ['a', 'b', 'x', 'l'], target: ['c']},
    {...GOOD, astray: 1},
  ],
])('%s', (_, tokens, {source, target}, expected) => {
  const sums = account({written: tokens, stored: {source: stored(...source), target: stored(...target)}, closing: 'source', decided: true});
  expect(sums).toMatchObject(expected);
  const {lost, twice, undead, astray} = expected;
  expect(faults(sums).length).toBe([lost, twice, undead, astray].filter((count) => count > 0).length);
});

test('on the way back the sides are exchanged', () => {
  const sums = account({written: FORWARD, stored: {source: stored('c'), target: stored('a', 'b', 'x')}, closing: 'target', decided: true});
  expect(sums).toMatchObject(GOOD);
});

test('an attempt that was called off has nothing on the side that was to open', () => {
  const tokens = [written('a', 1, 1), written('b', 1, 2, 'acknowledged', true)];
  const at = (target: readonly string[]) =>
    account({written: tokens, stored: {source: stored('a', 'b'), target: stored(...target)}, closing: 'source', decided: false});
  expect(at([])).toMatchObject(GOOD);
  expect(at(['z'])).toMatchObject({...GOOD, astray: 1});
});
