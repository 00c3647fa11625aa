import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {FenceRow} from '../model/fence-row.ts';
import {HoldDeadline} from './hold-deadline.ts';

const HOUR_MS = 3_600_000;
const fenced = (remainingMs: number): FenceRow => ({epoch: 1, state: 'fenced', remainingMs});

const armed = () => {
  const clock = fakeClock();
  return {clock, deadline: new HoldDeadline(clock, {armMs: 30_000, holdMs: 7000})};
};

test('an attempt that raises no fence has the time that it was given', async () => {
  const {clock, deadline} = armed();
  await clock.advance(30_000);
  expect(deadline.hasPassed(undefined)).toBe(false);
  await clock.advance(1);
  expect(deadline.hasPassed(undefined)).toBe(true);
});

test('a fence has the time that its row says, from when it is first seen', async () => {
  const {clock, deadline} = armed();
  await clock.advance(29_000);
  expect(deadline.hasPassed(fenced(5000))).toBe(false);
  await clock.advance(5000);
  expect(deadline.hasPassed(fenced(0))).toBe(false);
  await clock.advance(1);
  expect(deadline.hasPassed(fenced(1))).toBe(true);
});

test('the clock of the server is set forward: its deadline is over', () => {
  const {deadline} = armed();
  expect(deadline.hasPassed(fenced(5000))).toBe(false);
  expect(deadline.hasPassed(fenced(-HOUR_MS))).toBe(true);
});

test('the clock of the server is set back after the first sight: the hold is no longer for it (H-76)', async () => {
  const {clock, deadline} = armed();
  expect(deadline.hasPassed(fenced(5000))).toBe(false);
  await clock.advance(5001);
  expect(deadline.hasPassed(fenced(HOUR_MS))).toBe(true);
});

test('the clock of the server is set back before the first sight: the hold ends within its own measure (H-76)', async () => {
  const {clock, deadline} = armed();
  expect(deadline.hasPassed(fenced(HOUR_MS))).toBe(false);
  await clock.advance(7000);
  expect(deadline.hasPassed(fenced(HOUR_MS))).toBe(false);
  await clock.advance(1);
  expect(deadline.hasPassed(fenced(HOUR_MS))).toBe(true);
});
