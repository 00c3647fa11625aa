import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {within} from './time-limit.ts';

test('what comes in time is the answer, and an error is one too', async () => {
  const clock = fakeClock();
  expect(await within(clock, 1000, Promise.resolve(7))).toBe(7);
  await expect(within(clock, 1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(clock.sleepers()).toBe(0);
});

test('what does not come is late, and what comes of it later harms nobody', async () => {
  const clock = fakeClock();
  const {promise, reject} = Promise.withResolvers<number>();
  const answer = within(clock, 1000, promise);
  await clock.advance(1000);
  expect(await answer).toBe('late');
  reject(new Error('too late'));
});
