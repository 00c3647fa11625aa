/** The broker client over `@platformatic/kafka`: reads by bare fetches, so that there is no group to join or to lose. */
import {Admin, ConfigResourceTypes, Consumer, type ConsumerOptions, Producer} from '@platformatic/kafka';
import type {Effects} from '../model/effects.ts';
import type {BrokerAddress, BrokerClient, BrokerMessage, NewMessage, OffsetRange, TopicPartition, TopicSettings} from './broker-client.ts';
import {encryption} from './broker-encryption.ts';
import {brokerError, clientClosed, requirePartitions} from './broker-errors.ts';
import {saidBy, says} from './platformatic-errors.ts';
import {PlatformaticReader} from './platformatic-reader.ts';

const LIMITS = {connectTimeout: 10_000, requestTimeout: 30_000, retries: 6, retryDelay: 300};
const [EARLIEST, LATEST] = [-2n, -1n];

export class PlatformaticClient implements BrokerClient {
  readonly #address: BrokerAddress;
  readonly #effects: Effects;
  #admin: Admin | undefined;
  #consumer: Consumer | undefined;
  #producer: Producer | undefined;
  #isClosed = false;

  constructor(address: BrokerAddress, effects: Effects) {
    this.#address = address;
    this.#effects = effects;
  }

  /** As the library wants it. */
  get #options(): Omit<ConsumerOptions<Buffer, Buffer, Buffer, Buffer>, 'groupId'> {
    if (this.#isClosed) throw clientClosed();
    const {brokers, clientId, tls, sasl} = this.#address;
    const ssl = encryption(brokers, tls);
    const mechanism =
      sasl && ({plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512'} as const)[sasl.mechanism];
    return {
      clientId,
      bootstrapBrokers: [...brokers],
      ...LIMITS,
      ...(ssl && {tls: ssl}),
      ...(sasl && mechanism && {sasl: {mechanism, username: sasl.username, password: sasl.password}}),
    };
  }

  async createTopic(topic: string, {partitions, replicas, settings}: TopicSettings): Promise<void> {
    await this.#effects.point('admin.command', `kafka create topic ${topic}`);
    const configs = Object.entries(settings).map(([name, value]) => ({name, value}));
    const isMade = await this.#ask('create a topic', (admin) =>
      admin.createTopics({topics: [topic], partitions, replicas, configs}).then(
        () => true,
        (error: unknown) => (says(error, 'TOPIC_ALREADY_EXISTS') ? false : Promise.reject(error)),
      ),
    );
    const had = isMade ? partitions : (await this.offsets(topic))?.length;
    requirePartitions(topic, had, partitions);
  }

  async deleteTopic(topic: string): Promise<void> {
    if ((await this.offsets(topic)) === undefined) return;
    await this.#effects.point('admin.command', `kafka delete topic ${topic}`);
    await this.#ask(`delete ${topic}`, (admin) => admin.deleteTopics({topics: [topic]}));
  }

  async offsets(topic: string): Promise<readonly OffsetRange[] | undefined> {
    // By its list: to ask for a topic by name can make it.
    const topics = await this.#ask('list topics', (admin) => admin.listTopics());
    if (!topics.includes(topic)) return undefined;
    const [first, end] = await this.#asked(`the offsets of ${topic}`, () =>
      Promise.all([EARLIEST, LATEST].map((timestamp) => this.#reading.listOffsets({topics: [topic], timestamp}))),
    );
    const ends = end?.get(topic) ?? [];
    return ends.map((one, partition) => ({partition, first: first?.get(topic)?.[partition] ?? 0n, end: one}));
  }

  async offsetsFrom(topic: string, timeMs: number): Promise<readonly bigint[]> {
    const [found, end] = await this.#asked(`offsets by time of ${topic}`, () =>
      Promise.all([BigInt(timeMs), LATEST].map((timestamp) => this.#reading.listOffsets({topics: [topic], timestamp}))),
    );
    const ends = end?.get(topic) ?? [];
    return (found?.get(topic) ?? []).map((one, partition) => (one < 0n ? (ends[partition] ?? 0n) : one));
  }

  async topicSettings(topic: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const asked = {resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [...names]};
    const [found] = await this.#ask(`the settings of ${topic}`, (admin) => admin.describeConfigs({resources: [asked]}));
    return Object.fromEntries((found?.configs ?? []).map(({name, value}) => [name, value ?? '']));
  }

  async *consume(
    from: readonly (TopicPartition & {readonly offset: bigint})[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly BrokerMessage[]> {
    // Brokers remember what a client wants fetched, so each stream is a client of its own.
    const consumer = this.#opened();
    const reader = new PlatformaticReader({consumer, from, offsets: (topic) => this.offsets(topic)});
    try {
      yield* reader.batches(signal);
    } catch (error) {
      throw brokerError('the stream of messages', error, saidBy);
    } finally {
      await consumer.close();
    }
  }

  async produce(topic: string, messages: readonly NewMessage[]): Promise<readonly bigint[]> {
    await this.#effects.point('admin.command', `kafka produce ${topic}`);
    const sent = messages.map(({partition, key, value, headers = {}}) => ({
      topic,
      partition,
      ...(key && {key}),
      // Without one it is a tombstone.
      ...(value && {value}),
      headers: new Map(Object.entries(headers).map(([name, one]) => [Buffer.from(name), one])),
    }));
    const {offsets = []} = await this.#asked(`produce to ${topic}`, () => this.#writing.send({messages: sent, acks: -1}));
    const base = new Map(offsets.map(({partition, offset}) => [partition, offset]));
    return messages.map(({partition}) => {
      const offset = base.get(partition) ?? -1n;
      base.set(partition, offset + 1n);
      return offset;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [this.#admin, this.#consumer, this.#producer];
    [this.#admin, this.#consumer, this.#producer] = [undefined, undefined, undefined];
    for (const one of open) await one?.close();
  }

  get #reading(): Consumer {
    return (this.#consumer ??= this.#opened());
  }

  /** It joins no group: only a name for it is needed. */
  #opened(): Consumer {
    return new Consumer({...this.#options, groupId: `${this.#address.clientId}-${this.#effects.randomId()}`});
  }

  get #writing(): Producer {
    return (this.#producer ??= new Producer({...this.#options, idempotent: true, autocreateTopics: false}));
  }

  #ask<T>(what: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#asked(what, () => question((this.#admin ??= new Admin(this.#options))));
  }

  async #asked<T>(what: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw brokerError(what, error, saidBy);
    }
  }
}
