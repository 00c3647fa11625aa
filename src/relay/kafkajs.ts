/** The broker client over `kafkajs`, which knows no assignment: each reader is alone in a group of its own, and commits nothing. */
import kafkajs, {type Admin, type Kafka, type Producer, type SASLOptions} from 'kafkajs';
import type {Effects} from '../model/effects.ts';
import type {BrokerAddress, BrokerClient, BrokerMessage, NewMessage, OffsetRange, TopicPartition, TopicSettings} from './broker-client.ts';
import {encryption} from './broker-encryption.ts';
import {brokerError, clientClosed, requirePartitions, type Said} from './broker-errors.ts';
import {KafkajsReader} from './kafkajs-reader.ts';
import {errorText} from '../model/errors.ts';

const CONNECT_MS_MAX = 10_000;
const ANSWER_MS_MAX = 30_000;
/**
 * A reader that looks while a broker begins may hear that its topic has no leader, or no partitions yet. It asks for nothing
 * then, without a word, until what it knows of the cluster is this old.
 */
const METADATA_MS_MAX = 5000;
/** Some seconds in all: whoever calls tries again for longer. */
const RETRY = {initialRetryTime: 100, maxRetryTime: 2000, retries: 6};

export class KafkajsClient implements BrokerClient {
  readonly #address: BrokerAddress;
  readonly #effects: Effects;
  #made: Kafka | undefined;
  #admin: Promise<Admin> | undefined;
  #producer: Promise<Producer> | undefined;
  #isClosed = false;

  constructor(address: BrokerAddress, effects: Effects) {
    this.#address = address;
    this.#effects = effects;
  }

  /** What goes wrong is thrown, and said once, by whoever asked. */
  get #kafka(): Kafka {
    if (this.#isClosed) throw clientClosed();
    const {brokers, clientId, tls, sasl} = this.#address;
    const access = {ssl: encryption(brokers, tls), ...(sasl && {sasl: sasl as SASLOptions})};
    const limits = {connectionTimeout: CONNECT_MS_MAX, requestTimeout: ANSWER_MS_MAX, retry: RETRY};
    return (this.#made ??= new kafkajs.Kafka({clientId, brokers: [...brokers], ...access, ...limits, logLevel: kafkajs.logLevel.NOTHING}));
  }

  async createTopic(topic: string, {partitions, replicas, settings}: TopicSettings): Promise<void> {
    await this.#effects.point('admin.command', `kafka create topic ${topic}`);
    const configEntries = Object.entries(settings).map(([name, value]) => ({name, value}));
    const wanted = {topic, numPartitions: partitions, replicationFactor: replicas, configEntries};
    const isMade = await this.#ask('create a topic', (admin) => admin.createTopics({topics: [wanted], waitForLeaders: true}));
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
    const ranges = await this.#ask(`the offsets of ${topic}`, (admin) => admin.fetchTopicOffsets(topic));
    return ranges
      .map(({partition, low, high}) => ({partition, first: BigInt(low), end: BigInt(high)}))
      .toSorted((a, b) => a.partition - b.partition);
  }

  async offsetsFrom(topic: string, timeMs: number): Promise<readonly bigint[]> {
    const found = await this.#ask(`offsets by time of ${topic}`, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, timeMs));
    return found.toSorted((a, b) => a.partition - b.partition).map(({offset}) => BigInt(offset));
  }

  async topicSettings(topic: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const asked = {type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...names]};
    const {resources} = await this.#ask(`the settings of ${topic}`, (admin) =>
      admin.describeConfigs({resources: [asked], includeSynonyms: false}),
    );
    return Object.fromEntries((resources[0]?.configEntries ?? []).map(({configName, configValue}) => [configName, configValue]));
  }

  async *consume(
    from: readonly (TopicPartition & {readonly offset: bigint})[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly BrokerMessage[]> {
    const group = `${this.#address.clientId}-${this.#effects.randomId()}`;
    const reader = new KafkajsReader({
      consumer: this.#kafka.consumer({
        groupId: group,
        allowAutoTopicCreation: false,
        maxWaitTimeInMs: 200,
        metadataMaxAge: METADATA_MS_MAX,
        retry: {...RETRY, restartOnFailure: async () => false},
      }),
      from,
      offsets: (topic) => this.offsets(topic),
      clock: this.#effects.clock,
    });
    try {
      await reader.start();
      yield* reader.batches(signal);
    } catch (error) {
      throw brokerError('the stream of messages', error, saidBy);
    } finally {
      await reader.close();
    }
  }

  async produce(topic: string, messages: readonly NewMessage[]): Promise<readonly bigint[]> {
    await this.#effects.point('admin.command', `kafka produce ${topic}`);
    try {
      const producer = await (this.#producer ??= connected(this.#kafka.producer({allowAutoTopicCreation: false, idempotent: true})));
      const sent = await producer.send({topic, acks: -1, messages: messages.map((one) => ({...one, headers: {...one.headers}}))});
      const base = new Map(sent.map(({partition, baseOffset}) => [partition, BigInt(baseOffset ?? -1)]));
      return messages.map(({partition}) => {
        const offset = base.get(partition) ?? -1n;
        base.set(partition, offset + 1n);
        return offset;
      });
    } catch (error) {
      throw brokerError(`produce to ${topic}`, error, saidBy);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [this.#admin, this.#producer];
    this.#admin = undefined;
    this.#producer = undefined;
    for (const one of open) await (await one?.catch(() => undefined))?.disconnect(); // what never connected has nothing to end
  }

  async #ask<T>(what: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    let admin: Promise<Admin> | undefined;
    try {
      admin = this.#admin ??= connected(this.#kafka.admin());
      return await question(await admin);
    } catch (error) {
      // What a broker has answered says nothing against the connection.
      if (admin && !(rootOf(error) instanceof kafkajs.KafkaJSProtocolError)) this.#leave(admin);
      throw brokerError(what, error, saidBy);
    }
  }

  /** The next question opens another one. */
  #leave(admin: Promise<Admin>): void {
    if (this.#admin === admin) this.#admin = undefined;
    admin.then((one) => one.disconnect()).catch(() => undefined); // what never connected has nothing to end
  }
}

/**
 * With nothing to wait for the library sets a timer for a moment that is past: harmless, but Node 24 warns of it on the
 * operator's screen.
 */
function silenceNegativeTimers(): void {
  const emit = process.emitWarning.bind(process) as (...words: readonly unknown[]) => void;
  process.emitWarning = (...words: readonly unknown[]) => (words[1] === 'TimeoutNegativeWarning' ? undefined : emit(...words));
}
silenceNegativeTimers();

const connected = async <T extends {connect(): Promise<void>}>(client: T): Promise<T> => {
  await client.connect();
  return client;
};

const saidBy = (error: unknown): readonly Said[] => {
  const root = rootOf(error);
  return [{message: errorText(root), word: root instanceof kafkajs.KafkaJSProtocolError ? root.type : ''}];
};

/** The library wraps what happened once for each level of its retries. */
function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError || (error instanceof Error && 'errors' in error && Array.isArray(error.errors)))
    return rootOf((error as AggregateError).errors[0]);
  return error instanceof Error && error.name.startsWith('KafkaJS') && error.cause instanceof Error ? rootOf(error.cause) : error;
}
