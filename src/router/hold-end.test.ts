import {expect, test} from 'vitest';
import {atHoldEnd} from './hold-end.ts';
import {UNPREPARED} from './route-choice.ts';

const held = {...UNPREPARED, state: 'hold', holdUntilMs: 100} as const;

/** A clock that stands still, and timers that fire when they are told to. */
function handClock() {
  const timers = new Set<() => void>();
  let nowMs = 0;
  return {
    monotonicMs: () => nowMs,
    after: (_ms: number, act: () => void) => {
      timers.add(act);
      return () => void timers.delete(act);
    },
    fireAt(ms: number): void {
      nowMs = ms;
      const due = [...timers];
      timers.clear();
      for (const act of due) act();
    },
    waiting: () => timers.size,
  };
}

test('a hold whose timer fires a moment early is waited out, and then ended once', () => {
  const clock = handClock();
  let ends = 0;
  atHoldEnd(held, () => void (ends += 1), clock);
  clock.fireAt(99.6);
  clock.fireAt(99.99);
  expect({ends, waiting: clock.waiting()}).toEqual({ends: 0, waiting: 1});
  clock.fireAt(100);
  expect({ends, waiting: clock.waiting()}).toEqual({ends: 1, waiting: 0});
});

test('a wait that began anew can be cancelled too', () => {
  const clock = handClock();
  const cancel = atHoldEnd(held, () => expect.unreachable('it was cancelled'), clock);
  clock.fireAt(99);
  cancel();
  expect(clock.waiting()).toBe(0);
  clock.fireAt(101);
});
