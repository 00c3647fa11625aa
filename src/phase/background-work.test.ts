import {expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {BackgroundWork} from './background-work.ts';

/** Work that ends only when it is told to, or when it is broken off. */
const background = () => {
  const clock = fakeClock();
  const [begun, failures] = [[] as AbortSignal[], [] as unknown[]];
  const ends: ((error?: Error) => void)[] = [];
  const work = new BackgroundWork(clock, (error) => failures.push(error));
  const act = (signal: AbortSignal): Promise<void> => {
    begun.push(signal);
    return new Promise((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve()));
      signal.addEventListener('abort', () => reject(signal.reason), {once: true});
    });
  };
  return {clock, work, begun, failures, end: async (error?: Error) => (ends.shift()?.(error), clock.advance(0)), act};
};

it('is done again after a while, also when it failed, which is told', async () => {
  const {clock, work, begun, failures, end, act} = background();
  work.repeat(100, new AbortController().signal, act);
  await end(new Error('no connection'));
  await clock.advance(99);
  expect([begun.length, failures]).toEqual([1, [new Error('no connection')]]);
  await clock.advance(1);
  expect(begun).toHaveLength(2);
  work.stop();
});

it('is broken off and over before something begins that needs quiet, and goes on when that is over', async () => {
  const {clock, work, begun, failures, act} = background();
  work.repeat(100, new AbortController().signal, act);
  const answer = await work.whileStill(async () => {
    expect(begun.map(({aborted}) => aborted)).toEqual([true]);
    await clock.advance(1000);
    expect(begun).toHaveLength(1);
    return 'done';
  });
  expect(answer).toBe('done');
  await clock.advance(100);
  expect(begun.map(({aborted}) => aborted)).toEqual([true, false]);
  expect(failures).toEqual([]);
  work.stop();
});

it('ends with its signal, and with a stop', async () => {
  const {clock, work, begun, failures, act} = background();
  const over = new AbortController();
  work.repeat(100, over.signal, act);
  work.repeat(100, new AbortController().signal, act);
  over.abort();
  await clock.advance(1000);
  expect(begun.map(({aborted}) => aborted)).toEqual([true, false]);
  work.stop();
  await clock.advance(1000);
  expect(begun.map(({aborted}) => aborted)).toEqual([true, true]);
  expect(failures).toEqual([]);
});
