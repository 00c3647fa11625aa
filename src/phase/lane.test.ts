import {setImmediate as turn} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {Interruption} from '../runner/interruption.ts';
import {OperatorThrottle} from '../throttle/operator-throttle.ts';
import {lane} from './lane.ts';

/** A lane as a phase has it; each piece takes `tookMs`. */
function world(copy: number, tookMs = 100) {
  const clock = fakeClock();
  const throttle = new OperatorThrottle({throttle: {copy, verify: 0}, parallel: undefined});
  const interruption = new Interruption();
  const places: string[] = [];
  interruption.onPause(async (isPaused, where) => void (isPaused && places.push(where)));
  const pausable = <T>(where: string, work: Promise<T>): Promise<T> => interruption.pausable(where, work);
  const inTurn = lane({throttle, clock, pausable, signal: interruption.signal}, 'copy', 'between chunks');
  const begun: number[] = [];
  const piece = async (): Promise<void> => {
    begun.push(clock.monotonicMs());
    await clock.sleep(tookMs);
  };
  return {clock, throttle, interruption, places, inTurn, piece, begun};
}

it('pieces rest as long as the share says, the first one not at all', async () => {
  const {clock, inTurn, piece, begun} = world(75);
  const done = inTurn(piece).then(() => inTurn(piece));
  await turn();
  await clock.advance(1_000);
  await done;
  expect(begun).toEqual([0, 400]);
});

it('a pause is taken while it is throttled to nothing, and a changed throttle counts after it', async () => {
  const {clock, throttle, interruption, places, inTurn, piece, begun} = world(100);
  const done = inTurn(piece);
  await turn();
  interruption.paused = true;
  await turn();
  expect({places, begun}).toEqual({places: ['between chunks'], begun: []});
  throttle.tuning = {throttle: {copy: 0, verify: 0}, parallel: undefined};
  await turn();
  expect(begun).toEqual([]);
  interruption.paused = false;
  await turn();
  await clock.advance(500);
  await done;
  expect(begun).toHaveLength(1);
});

it('an abort ends the wait, and the piece is not begun', async () => {
  const {interruption, inTurn, piece, begun} = world(100);
  const done = inTurn(piece);
  interruption.abort();
  await expect(done).rejects.toBe(interruption.reason);
  expect(begun).toEqual([]);
});
