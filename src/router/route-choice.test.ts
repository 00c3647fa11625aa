import {describe, expect, test} from 'vitest';
import {chooseRoute, HOLD_MS_MAX, holdUntil, isHeld, type Reading, type Route, UNPREPARED} from './route-choice.ts';

const route = (part: Partial<Route>): Route => ({...UNPREPARED, migration: 'm1', epoch: 1, version: 1, ...part});
const rows = (...routes: Route[]): Reading => ({kind: 'rows', routes});
const unread: Reading = {kind: 'unread'};

describe('the choice of the route', () => {
  test('everything goes to the source before a migration is prepared', () => {
    expect(chooseRoute(UNPREPARED, {source: rows(), target: rows()})).toEqual(UNPREPARED);
    expect(chooseRoute(UNPREPARED, {source: rows(), target: unread}).side).toBe('source');
  });

  test('the highest epoch of both sides wins, whichever side says it', () => {
    const old = route({epoch: 3, version: 9, side: 'source'});
    const young = route({epoch: 4, version: 1, side: 'target'});
    expect(chooseRoute(UNPREPARED, {source: rows(old), target: rows(young)})).toBe(young);
    expect(chooseRoute(UNPREPARED, {source: rows(young), target: rows(old)})).toBe(young);
  });

  test('within an epoch the later write wins: an aborted attempt opens again', () => {
    const hold = route({epoch: 4, version: 5, state: 'hold', holdUntilMs: 1e9});
    const reopened = route({epoch: 4, version: 6, state: 'open'});
    expect(chooseRoute(hold, {source: rows(reopened), target: rows(hold)})).toBe(reopened);
  });

  test('when one side is down the other decides, and when none answers the last known route stays', () => {
    const open = route({epoch: 4, side: 'target'});
    expect(chooseRoute(UNPREPARED, {source: unread, target: rows(open)})).toBe(open);
    expect(chooseRoute(open, {source: unread, target: unread})).toBe(open);
  });

  test('a side that is behind never leads back', () => {
    const open = route({epoch: 4, version: 7, side: 'target'});
    const stale = route({epoch: 4, version: 6, side: 'source', state: 'hold'});
    expect(chooseRoute(open, {source: rows(stale), target: unread})).toBe(open);
  });

  test('the row is forgotten only when both sides answer without it', () => {
    const open = route({epoch: 4, side: 'target'});
    expect(chooseRoute(open, {source: rows(), target: unread})).toBe(open);
    expect(chooseRoute(open, {source: rows(), target: rows()})).toEqual(UNPREPARED);
    const next = route({migration: 'm2', epoch: 1});
    expect(chooseRoute(open, {source: rows(next), target: rows()})).toBe(next);
  });
});

describe('a hold', () => {
  test('ends by itself', () => {
    const hold = route({state: 'hold', holdUntilMs: 1000});
    expect(isHeld(hold, 999)).toBe(true);
    expect(isHeld(hold, 1000)).toBe(false);
    expect(isHeld(route({state: 'open', holdUntilMs: 1000}), 0)).toBe(false);
  });

  test('lasts what the database answers as its rest, within a limit', () => {
    expect(holdUntil(100, 250)).toBe(350);
    expect(holdUntil(100, -5)).toBe(100);
    expect(holdUntil(100, undefined)).toBe(100 + HOLD_MS_MAX);
    expect(holdUntil(100, Number.NaN)).toBe(100 + HOLD_MS_MAX);
    expect(holdUntil(100, 1e12)).toBe(100 + HOLD_MS_MAX);
  });
});
