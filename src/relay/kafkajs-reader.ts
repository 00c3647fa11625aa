/**
 * Messages by `kafkajs` from given offsets on. Where an offset is gone the library goes on somewhere else without a word (H-81),
 * so each batch has to begin where the last one ended; and where it does not, or where nothing comes, the brokers are asked
 * what they still have.
 */
import type {Consumer, EachBatchPayload, KafkaMessage} from 'kafkajs';
import type {Clock} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {BrokerMessage, OffsetRange, TopicPartition} from './broker-client.ts';
import {brokersSilent, isSilence, requireOffset} from './broker-errors.ts';

/** Held before the brokers are left alone. */
const QUEUE_MESSAGES_MAX = 5000;
const WATCH_MS = 5000;
/** So often in a row nothing has come although there was more. */
const SILENT_LOOKS_MAX = 6;
/** A transaction ends with a message that is never shown. */
const HIDDEN_MAX = 1n;

/** `silent`: looks in a row at which it stood where it had stood before, with more behind it. */
type Place = TopicPartition & {offset: bigint; silent: {at: bigint; looks: number}};
export type ReaderOptions = {
  readonly consumer: Consumer;
  readonly from: readonly (TopicPartition & {readonly offset: bigint})[];
  readonly offsets: (topic: string) => Promise<readonly OffsetRange[] | undefined>;
  readonly clock: Clock;
};

export class KafkajsReader {
  readonly #options: ReaderOptions;
  readonly #places: readonly Place[];
  readonly #over = new AbortController();
  #queue: BrokerMessage[] = [];
  #isPaused = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#places = options.from.map((place) => ({...place, silent: {at: place.offset, looks: 0}}));
  }

  async start(): Promise<void> {
    const {consumer} = this.#options;
    await this.#requireAll();
    consumer.on('consumer.crash', ({payload}) => this.#fail(payload.error));
    // Also after a rebalance, which would begin at the first message of all.
    consumer.on('consumer.group_join', () => this.#seek());
    await consumer.connect();
    await consumer.subscribe({topics: this.#topics(), fromBeginning: true});
    await consumer.run({autoCommit: false, eachBatch: (payload) => this.#take(payload)});
    void this.#watch();
  }

  async *batches(signal: AbortSignal): AsyncGenerator<readonly BrokerMessage[]> {
    const onAbort = (): void => this.#wake?.();
    signal.addEventListener('abort', onAbort, {once: true});
    try {
      while (!signal.aborted) {
        if (this.#queue.length) yield this.#drained();
        else if (this.#failure !== undefined) throw this.#failure;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#options.consumer.disconnect();
  }

  #seek(): void {
    const {consumer} = this.#options;
    for (const {topic, partition, offset} of this.#places) consumer.seek({topic, partition, offset: String(offset)});
    if (this.#isPaused) consumer.pause(this.#topics().map((topic) => ({topic})));
  }

  async #take({batch, resolveOffset}: EachBatchPayload): Promise<void> {
    const place = this.#places.find(({topic, partition}) => topic === batch.topic && partition === batch.partition);
    if (!place || this.#failure !== undefined) return;
    const first = batch.messages[0]?.offset;
    if (first !== undefined && BigInt(first) !== place.offset) await this.#require(place).catch((error: unknown) => this.#fail(error));
    if (this.#failure !== undefined) return;
    const fresh = batch.messages.filter(({offset}) => BigInt(offset) >= place.offset);
    for (const message of fresh) this.#queue.push(asMessage(place, message));
    const next = BigInt(batch.lastOffset()) + 1n;
    if (next > place.offset) place.offset = next;
    resolveOffset(batch.lastOffset());
    this.#holdBack();
    this.#wake?.();
  }

  #holdBack(): void {
    if (this.#isPaused || this.#queue.length < QUEUE_MESSAGES_MAX) return;
    this.#isPaused = true;
    this.#options.consumer.pause(this.#topics().map((topic) => ({topic})));
  }

  #drained(): readonly BrokerMessage[] {
    const messages = this.#queue;
    this.#queue = [];
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#options.consumer.resume(this.#topics().map((topic) => ({topic})));
    }
    return messages;
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#wake?.();
  }

  /** A reader that was set back waits for ever, and does not say so. */
  async #watch(): Promise<void> {
    const {signal} = this.#over;
    while (!signal.aborted && this.#failure === undefined) {
      await this.#options.clock.sleep(WATCH_MS, signal);
      if (!signal.aborted) await this.#requireAll().catch((error: unknown) => this.#onWatch(error));
    }
  }

  /** What could not be asked is asked again; the reader itself notices brokers that are away. */
  #onWatch(error: unknown): void {
    if (error instanceof TerminalError || isSilence(error)) this.#fail(error);
  }

  async #requireAll(): Promise<void> {
    for (const place of this.#places) await this.#require(place);
  }

  /** More may come while the brokers answer: what they say is of the moment in which they were asked. */
  async #require(place: Place): Promise<void> {
    const {topic, partition, offset} = place;
    const range = (await this.#options.offsets(topic))?.find((one) => one.partition === partition);
    requireOffset({topic, partition, offset}, range);
    const isSilent = !this.#isPaused && range !== undefined && range.end - offset > HIDDEN_MAX && place.offset === place.silent.at;
    place.silent = {at: place.offset, looks: isSilent ? place.silent.looks + 1 : 0};
    if (place.silent.looks > SILENT_LOOKS_MAX) throw brokersSilent(topic);
  }

  #topics(): string[] {
    return [...new Set(this.#places.map(({topic}) => topic))];
  }
}

const asMessage = ({topic, partition}: TopicPartition, {offset, key, value, headers}: KafkaMessage): BrokerMessage => ({
  topic,
  partition,
  offset: BigInt(offset),
  key,
  value,
  headers: Object.entries(headers ?? {}).flatMap(([name, all]) =>
    [all].flat().flatMap((one) => (one === undefined ? [] : [[name, Buffer.from(one)] as const])),
  ),
});
