import {expect, it} from 'vitest';
import type {Position} from '../model/position.ts';
import {FollowClock} from './follow-clock.ts';

const at = (place: number) => String(place) as Position;
const reached = (place: number) => (written: Position) => place >= Number(written);

it('a replica is as old as the first place that it has not reached, by when that was seen', () => {
  const clock = new FollowClock();
  clock.saw(at(10), 1_000);
  clock.saw(at(20), 2_000);
  clock.saw(at(20), 3_000);
  clock.saw(at(30), 4_000);
  expect(clock.behindMs(reached(30), 9_000)).toBe(0);
  expect(clock.behindMs(reached(20), 9_000)).toBe(5_000);
  expect(clock.behindMs(reached(15), 9_000)).toBe(7_000);
  expect(clock.behindMs(reached(0), 9_000)).toBe(8_000);
});

it('one that stands still for ever gets older and older, however much is written', () => {
  const clock = new FollowClock();
  for (let second = 1; second <= 5_000; second++) clock.saw(at(second), second * 1_000);
  expect(clock.behindMs(reached(0), 5_000_000)).toBe(4_999_000);
});
