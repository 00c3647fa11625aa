import type {Consumer, EachBatchPayload} from 'kafkajs';
import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import type {OffsetRange} from './broker-client.ts';
import {KafkajsReader} from './kafkajs-reader.ts';

/** A library that brings whatever it is told, as the real one does after it has set itself back or forth. */
const reading = async (offset: bigint, range: {first: bigint; end: bigint}, clock = realEffects().clock) => {
  let take: ((payload: EachBatchPayload) => Promise<void>) | undefined;
  const sought: string[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const nothing = async (): Promise<void> => undefined;
  const consumer = {
    on: (event: string, listener: (event: unknown) => void) => listeners.set(event, listener),
    connect: nothing,
    subscribe: nothing,
    disconnect: nothing,
    run: async ({eachBatch}: {eachBatch: typeof take}) => void (take = eachBatch),
    seek: ({offset: to}: {offset: string}) => sought.push(to),
    pause: () => undefined,
    resume: () => undefined,
  } as unknown as Consumer;
  const now = {...range};
  let answer: Promise<void> | undefined;
  const offsets = async (): Promise<readonly OffsetRange[]> => {
    const ranges = [{partition: 0, ...now}];
    await answer;
    return ranges;
  };
  const reader = new KafkajsReader({consumer, from: [{topic: 't', partition: 0, offset}], offsets, clock});
  await reader.start();
  const batches = reader.batches(new AbortController().signal);
  const bring = async (...all: readonly number[]): Promise<void> => {
    const messages = all.map((n) => ({offset: String(n), key: null, value: null}));
    const batch = {topic: 't', partition: 0, messages, lastOffset: () => String(all.at(-1))};
    await take?.({batch, resolveOffset: () => undefined} as unknown as EachBatchPayload);
  };
  const next = async (): Promise<readonly number[]> => {
    const turn = await batches.next();
    return turn.done ? [] : turn.value.map(({offset: at}) => Number(at));
  };
  return {
    now,
    bring,
    next,
    sought,
    answerAfter: (until: Promise<void>) => void (answer = until),
    join: () => listeners.get('consumer.group_join')?.({}),
    crash: (error: Error) => listeners.get('consumer.crash')?.({payload: {error}}),
    end: () => reader.close(),
  };
};
const GONE = {code: 'CF-RELAY-003'};

test('it begins where it was told to, and after a rebalance where it was', async () => {
  const {bring, next, sought, join, end} = await reading(5n, {first: 0n, end: 9n});
  join();
  await bring(3, 4, 5, 6);
  expect(await next()).toEqual([5, 6]);
  join();
  await bring(0, 1, 2, 7);
  expect(await next()).toEqual([7]);
  expect(sought).toEqual(['5', '7']);
  await end();
});

test('a gap of what the broker never shows is none', async () => {
  const {bring, next, end} = await reading(5n, {first: 0n, end: 9n});
  await bring(5);
  await bring(8);
  expect(await next()).toEqual([5, 8]);
  await end();
});

test('set forth over what is gone, it ends, and not before what it had', async () => {
  const {now, bring, next, end} = await reading(5n, {first: 0n, end: 9n});
  await bring(5);
  now.first = 8n;
  await bring(8);
  expect(await next()).toEqual([5]);
  await expect(next()).rejects.toMatchObject(GONE);
  await end();
});

test('set back in a topic that was made anew, it ends', async () => {
  const {now, bring, next, end} = await reading(5n, {first: 0n, end: 9n});
  now.end = 3n;
  await bring(0, 1, 2);
  await expect(next()).rejects.toMatchObject(GONE);
  await end();
});

test('messages that come while the brokers are asked are not gone', async () => {
  const [turn, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sleeps = [turn.promise];
  const clock = {...realEffects().clock, sleep: () => sleeps.shift() ?? new Promise<void>(() => undefined)};
  const {answerAfter, bring, next, end} = await reading(5n, {first: 0n, end: 6n}, clock);
  answerAfter(answer.promise);
  turn.resolve();
  await setImmediate();
  await bring(5, 6, 7);
  answer.resolve();
  await setImmediate();
  expect(await next()).toEqual([5, 6, 7]);
  await bring(8);
  expect(await next()).toEqual([8]);
  await end();
});

test('a reader to which nothing comes although there is more ends, and is opened anew by whoever reads', async () => {
  const sleeps: PromiseWithResolvers<void>[] = [];
  const clock = {
    ...realEffects().clock,
    sleep: () => (sleeps.push(Promise.withResolvers<void>()), sleeps.at(-1)?.promise ?? Promise.resolve()),
  };
  const {now, bring, next, end} = await reading(5n, {first: 0n, end: 6n}, clock);
  const look = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      sleeps.at(-1)?.resolve();
      await setImmediate();
    }
  };
  await look(20); // one message that nobody shows is none
  now.end = 9n;
  await look(5);
  await bring(5);
  expect(await next(), 'it comes, so the count begins anew').toEqual([5]);
  await look(6);
  now.end = 12n;
  await look(2);
  await expect(next()).rejects.toMatchObject({code: 'CF-RELAY-001', message: expect.stringContaining('none of them comes')});
  await end();
});

test('the failure of the library is the failure of the stream', async () => {
  const {crash, next, end} = await reading(5n, {first: 0n, end: 9n});
  crash(new Error('no broker is left'));
  await expect(next()).rejects.toThrow('no broker is left');
  await end();
});
