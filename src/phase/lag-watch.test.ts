import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {beside} from './beside.ts';
import {watchLag, watchWaitingLag} from './lag-watch.ts';

/** A link whose answers the test gives, and the lag that people are shown. */
function watching() {
  const clock = fakeClock();
  const telemetry = silentTelemetry();
  const questions: PromiseWithResolvers<number>[] = [];
  const lagMs = (): Promise<number> => {
    questions.push(Promise.withResolvers());
    return (questions.at(-1) as PromiseWithResolvers<number>).promise;
  };
  const act = Promise.withResolvers<string>();
  const watch = (signal: AbortSignal) => watchLag({telemetry, clock}, {lagMs}, signal);
  const over = beside(new AbortController().signal, [watch], () => act.promise);
  const seconds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await untilTrue('the watch sleeps', () => clock.sleepers() > 0);
      await clock.advance(1000);
    }
  };
  return {clock, questions, act, over, seconds, shown: () => telemetry.read().lagMs};
}

test('the lag is what the last mark took, and is asked again', async () => {
  const seen = watching();
  seen.questions[0]?.resolve(120);
  await untilTrue('it is told', () => seen.shown() === 120);
  await seen.seconds(5);
  await untilTrue('it is asked again', () => seen.questions.length === 2);
  seen.questions[1]?.resolve(80);
  await untilTrue('it is told', () => seen.shown() === 80);
  seen.act.resolve('done');
  expect(await seen.over).toBe('done');
});

test('a mark that does not come back is a lag that grows, and so is a side that cannot be asked', async () => {
  const seen = watching();
  await seen.seconds(3);
  await untilTrue('it grows', () => seen.shown() === 3000);
  seen.questions[0]?.reject(new Error('connection refused'));
  await seen.seconds(2);
  await untilTrue('it is asked again', () => seen.questions.length === 2);
  expect(seen.shown()).toBeGreaterThanOrEqual(5000);
  seen.act.reject(new Error('the phase failed'));
  await expect(seen.over).rejects.toThrow('the phase failed');
});

test('a run that waits shows the lag of the side that serves, and asks for none that is soon over', async () => {
  const clock = fakeClock();
  const telemetry = silentTelemetry();
  const asked: string[] = [];
  const replication = {link: (direction: string) => ({lagMs: async () => asked.push(direction)})};
  const waiting = (over: AbortController) => watchWaitingLag({telemetry, clock, replication: replication as never}, 'target', over.signal);
  const quick = new AbortController();
  const first = waiting(quick);
  quick.abort();
  await first;
  expect(asked).toEqual([]);
  const long = new AbortController();
  const second = waiting(long);
  await untilTrue('it sleeps', () => clock.sleepers() > 0);
  await clock.advance(5000);
  await untilTrue('it is told', () => telemetry.read().lagMs === 1);
  long.abort();
  await second;
  expect(asked).toEqual(['reverse']);
});
