/** What every broker client promises, against a real broker that is killed, forgets, and is given what nobody expects. */
import {randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {KafkaBroker} from '../../examples/stack/kafka-server.ts';
import type {Effects} from '../../src/model/effects.ts';
import {TransientError} from '../../src/model/errors.ts';
import type {BrokerAddress, BrokerClient, BrokerMessage, NewMessage} from '../../src/relay/broker-client.ts';
import {TopicAge} from '../../src/relay/topic-age.ts';
import {realEffects} from '../support/effects.ts';
import {ownBroker} from '../support/kafka-servers.ts';
import {optional} from '../support/servers.ts';

const KEPT = {partitions: 2, replicas: 1, settings: {'cleanup.policy': 'delete', 'retention.ms': '-1'}};
/** What is past its retention goes at once. */
const FORGETFUL = {'log.initial.task.delay.ms': '100', 'log.retention.check.interval.ms': '200', 'log.segment.delete.delay.ms': '0'};
/** Far more than one fetch brings, so that the broker is killed in the middle. */
const MANY = 30_000;
const AT_ONCE = 2000;

export async function brokerClientSuite(name: string, open: (address: BrokerAddress, effects: Effects) => BrokerClient): Promise<void> {
  const had = await optional(() => ownBroker(FORGETFUL));

  describe.skipIf(!had)(name, () => {
    const broker = had as KafkaBroker;
    let client: BrokerClient;
    let topic: string;

    beforeAll(async () => {
      client = open({brokers: [broker.address], clientId: 'conformance'}, realEffects());
      topic = await made(client);
    });
    afterAll(async () => {
      await client?.close();
      await broker?.stop();
    });

    test('a topic is made once, with its settings; another number of partitions is refused', async () => {
      await client.createTopic(topic, KEPT);
      await expect(client.createTopic(topic, {...KEPT, partitions: 3})).rejects.toMatchObject({code: 'CF-RELAY-002'});
      expect(await client.topicSettings(topic, ['cleanup.policy', 'retention.ms'])).toEqual(KEPT.settings);
      expect(await client.offsets('nobody-made-it')).toBeUndefined();
      expect(await client.offsets(topic)).toEqual([0, 1].map((partition) => ({partition, first: 0n, end: 0n})));
    });

    test('messages come back as they were, in order, from the offset that was asked for', async () => {
      const headers = {a: Buffer.from([0, 255])};
      const sent: NewMessage[] = [
        {partition: 0, key: Buffer.from('k'), value: Buffer.from([0, 1, 255]), headers},
        {partition: 1, key: null, value: Buffer.from('')},
        {partition: 0, key: Buffer.from('k'), value: null},
        {partition: 0, key: null, value: Buffer.alloc(900_000, 'x')},
      ];
      expect(await client.produce(topic, sent)).toEqual([0n, 0n, 1n, 2n]);
      const at = (partition: number, offset: bigint) => ({topic, partition, offset});
      const both = await taken(client, [at(0, 0n), at(1, 0n)], 4);
      expect(both.filter(({partition}) => partition === 1)).toMatchObject([{offset: 0n, key: null, value: Buffer.from('')}]);
      const [first, tombstone, large] = both.filter(({partition}) => partition === 0);
      expect(first).toEqual({...at(0, 0n), key: Buffer.from('k'), value: Buffer.from([0, 1, 255]), headers: Object.entries(headers)});
      expect(tombstone).toMatchObject({offset: 1n, key: Buffer.from('k'), value: null});
      expect(large?.value).toHaveLength(900_000);
      expect((await taken(client, [at(0, 1n)], 2)).map(({offset}) => offset)).toEqual([1n, 2n]);
    });

    test('what is asked after its end opens nothing', async () => {
      const closed = open({brokers: [broker.address], clientId: 'closed'}, realEffects());
      expect(await closed.offsets(topic)).toHaveLength(2);
      await closed.close();
      const refused = {code: 'CF-RELAY-001', message: 'Kafka: the client was closed'};
      await expect(closed.offsets(topic)).rejects.toMatchObject(refused);
      await expect(closed.produce(topic, [{partition: 0, key: null, value: null}])).rejects.toMatchObject(refused);
      const messages = closed.consume([{topic, partition: 0, offset: 0n}], new AbortController().signal);
      await expect(messages[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
    });

    test('offsets are found by time: of the first message since then, of the end where there is none', async () => {
      const aged = await made(client);
      const hourMs = 3_600_000;
      await client.produce(
        aged,
        [0, 1, 2].map(() => ({partition: 0, key: null, value: Buffer.from('now')})),
      );
      expect(await client.offsetsFrom(aged, Date.now() - hourMs)).toEqual([0n, 0n]);
      expect(await client.offsetsFrom(aged, Date.now() + hourMs)).toEqual([3n, 0n]);
    });

    test('until when a topic has what is needed, by the time of that message and the retention (H-81)', async () => {
      const dayMs = 86_400_000;
      const week = await made(client, {'retention.ms': String(7 * dayMs)});
      await client.produce(
        week,
        [0, 1].map(() => ({partition: 0, key: null, value: Buffer.from('now')})),
      );
      /** Of somebody who asks so many days later. */
      const leftDays = (days: number, offset: bigint, topic = week) =>
        new TopicAge(client, topic, laterBy(days * dayMs)).left(offset).then((left) => left && left.leftMs / dayMs);
      expect(await leftDays(0, 1n)).toBeCloseTo(7, 1);
      expect(await leftDays(3, 0n)).toBeCloseTo(4, 1);
      expect(await leftDays(3, 2n), 'nothing waits').toBeCloseTo(7, 1);
      expect(await leftDays(8, 0n)).toBe(0);
      expect(await leftDays(8, 0n, topic), 'kept for ever').toBeUndefined();
    });

    test('two read the same partitions and neither takes anything from the other', async () => {
      const from = [0, 1].map((partition) => ({topic, partition, offset: 0n}));
      const [one, other] = await Promise.all([taken(client, from, 4), taken(client, from, 4)]);
      expect(byPlace(one)).toEqual(byPlace(other));
    });

    test('a message that is too large is refused by the broker, for good', async () => {
      const tooLarge = {partition: 0, key: null, value: Buffer.alloc(1_200_000)};
      await expect(client.produce(topic, [tooLarge])).rejects.toMatchObject({name: 'TerminalError', code: 'CF-RELAY-002'});
    });

    test('what is gone, or not there yet, is never skipped (H-81)', async () => {
      const short = await made(client, {'retention.ms': '1', 'segment.ms': '100'});
      const value = Buffer.from('old');
      await client.produce(short, [{partition: 0, key: null, value}]);
      const gone = {name: 'TerminalError', code: 'CF-RELAY-003'};
      for (;;) {
        const first = (await client.offsets(short))?.[0]?.first ?? 0n;
        if (first > 0n) break;
        // A segment ends when the next message comes.
        await client.produce(short, [{partition: 0, key: null, value}]);
      }
      await expect(taken(client, [{topic: short, partition: 0, offset: 0n}], 1)).rejects.toMatchObject(gone);
      await expect(taken(client, [{topic, partition: 0, offset: 100n}], 1)).rejects.toMatchObject(gone);
      await expect(taken(client, [{topic, partition: 7, offset: 0n}], 1)).rejects.toMatchObject(gone);
      await expect(taken(client, [{topic: 'nobody-made-it', partition: 0, offset: 0n}], 1)).rejects.toMatchObject(gone);
    });

    test('a broker that is killed in the middle: what was read stays, what comes goes on behind it (H-88)', async () => {
      const long = await made(client);
      const message = (n: number): NewMessage => ({partition: n % 2, key: Buffer.from(String(n)), value: Buffer.alloc(200, 'v')});
      for (let n = 0; n < MANY; n += AT_ONCE)
        await client.produce(
          long,
          Array.from({length: AT_ONCE}, (_, i) => message(n + i)),
        );
      const next = new Map([0, 1].map((partition) => [partition, 0n]));
      const count = (): number => Number([...next.values()].reduce((sum, offset) => sum + offset, 0n));
      const read = async (): Promise<void> => {
        const from = [...next].map(([partition, offset]) => ({topic: long, partition, offset}));
        for await (const batch of client.consume(from, new AbortController().signal)) {
          for (const {partition, offset} of batch) {
            expect(offset).toBe(next.get(partition));
            next.set(partition, offset + 1n);
          }
          if (kills > 0) {
            kills -= 1;
            await broker.kill9();
            revived = broker.start();
          }
          if (count() === MANY) return;
        }
      };
      let kills = 1;
      let revived: Promise<void> = Promise.resolve();
      while (count() < MANY) {
        await read().catch((error: unknown) => expect(error).toMatchObject({name: 'TransientError', code: 'CF-RELAY-001'}));
        await revived;
      }
      expect(kills).toBe(0);
      expect([...next.values()]).toEqual([BigInt(MANY / 2), BigInt(MANY / 2)]);
      expect((await client.offsets(long))?.map(({end}) => end)).toEqual([...next.values()]);
    });
  });
}

const laterBy = (ms: number): Effects['clock'] => {
  const {clock} = realEffects();
  return {
    now: () => new Date(clock.now().getTime() + ms),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (...words) => clock.sleep(...words),
  };
};

async function made(client: BrokerClient, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = `t-${randomBytes(5).toString('hex')}`;
  await client.createTopic(topic, {...KEPT, settings: {...KEPT.settings, ...settings}});
  return topic;
}

/** Asks again where the world may be better in a moment, as callers do: a broker that has just begun loads its groups first. */
async function taken(client: BrokerClient, from: Parameters<BrokerClient['consume']>[0], count: number): Promise<BrokerMessage[]> {
  for (;;) {
    const messages: BrokerMessage[] = [];
    try {
      for await (const batch of client.consume(from, new AbortController().signal)) {
        messages.push(...batch);
        if (messages.length >= count) return messages;
      }
      return messages;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

const byPlace = (messages: readonly BrokerMessage[]): readonly BrokerMessage[] =>
  messages.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
