/**
 * Messages by bare fetches from given offsets on. The broker itself says where an offset is gone; where a batch does not begin
 * at the next one, it is asked what it still has.
 */
import type {Consumer} from '@platformatic/kafka';
import type {BrokerMessage, OffsetRange, TopicPartition} from './broker-client.ts';
import {messagesGone, requireOffset} from './broker-errors.ts';
import {says} from './platformatic-errors.ts';

const FETCH = {minBytes: 1, maxBytes: 16 * 1024 ** 2, maxWaitTime: 200, isolationLevel: 0} as const;
const PARTITION_BYTES = 4 * 1024 ** 2;
/** Of a batch that carries no messages. */
const CONTROL = 0b10_0000;

type Place = TopicPartition & {offset: bigint};
type Batch = NonNullable<Fetched['partitions'][number]['records']>[number];
type Fetched = Awaited<ReturnType<Consumer['fetch']>>['responses'][number];

export type PlatformaticReaderOf = {
  readonly consumer: Consumer;
  readonly from: readonly Readonly<Place>[];
  readonly offsets: (topic: string) => Promise<readonly OffsetRange[] | undefined>;
};

export class PlatformaticReader {
  readonly #options: PlatformaticReaderOf;
  readonly #places: readonly Place[];

  constructor(options: PlatformaticReaderOf) {
    this.#options = options;
    this.#places = options.from.map((place) => ({...place}));
  }

  async *batches(signal: AbortSignal): AsyncGenerator<readonly BrokerMessage[]> {
    for (const place of this.#places) await this.#require(place);
    while (!signal.aborted) {
      const messages = await this.#fetched();
      if (messages.length && !signal.aborted) yield messages;
    }
  }

  async #fetched(): Promise<readonly BrokerMessage[]> {
    try {
      return (await Promise.all([...(await this.#byLeader())].map(([node, places]) => this.#fetch(node, places)))).flat();
    } catch (error) {
      // What became of the offset, or of the topic, is said in the same words whichever client reads.
      if (GONE.some((word) => says(error, word))) for (const place of this.#places) await this.#require(place);
      throw error;
    }
  }

  async #byLeader(): Promise<ReadonlyMap<number, readonly Placed[]>> {
    const topics = [...new Set(this.#places.map(({topic}) => topic))];
    const metadata = await this.#options.consumer.metadata({topics});
    const placed = this.#places.map((place): Placed => {
      const topic = metadata.topics.get(place.topic);
      const partition = topic?.partitions[place.partition];
      if (!topic || !partition) throw messagesGone(`${place.topic} has no partition ${place.partition}`);
      return {place, topicId: topic.id, leader: partition.leader, epoch: partition.leaderEpoch};
    });
    return Map.groupBy(placed, ({leader}) => leader);
  }

  async #fetch(node: number, placed: readonly Placed[]): Promise<readonly BrokerMessage[]> {
    const byTopic = Map.groupBy(placed, ({topicId}) => topicId);
    const topics = [...byTopic].map(([topicId, all]) => ({
      topicId,
      partitions: all.map(({place: {partition, offset}, epoch}) => ({
        partition,
        currentLeaderEpoch: epoch,
        fetchOffset: offset,
        lastFetchedEpoch: -1,
        partitionMaxBytes: PARTITION_BYTES,
      })),
    }));
    const {responses} = await this.#options.consumer.fetch({node, ...FETCH, topics});
    const messages: BrokerMessage[] = [];
    for (const {topicId, partitions} of responses)
      for (const {partitionIndex, records} of partitions) {
        const place = byTopic.get(topicId)?.find((one) => one.place.partition === partitionIndex)?.place;
        for (const batch of records ?? []) if (place) messages.push(...(await this.#taken(place, batch)));
      }
    return messages;
  }

  /** A fetch begins with the batch that holds the offset, so its first messages may have been taken; a gap may be of what is never shown. */
  async #taken(place: Place, {firstOffset, attributes, records}: Batch): Promise<readonly BrokerMessage[]> {
    if (firstOffset > place.offset) await this.#require(place);
    const first = place.offset;
    const next = firstOffset + BigInt(records.at(-1)?.offsetDelta ?? -1) + 1n;
    if (next > place.offset) place.offset = next;
    if ((attributes & CONTROL) !== 0) return [];
    return records.flatMap((record) => {
      const offset = firstOffset + BigInt(record.offsetDelta);
      return offset < first ? [] : [asMessage(place, offset, record)];
    });
  }

  async #require(place: Place): Promise<void> {
    requireOffset(
      place,
      (await this.#options.offsets(place.topic))?.find(({partition}) => partition === place.partition),
    );
  }
}

type Placed = {readonly place: Place; readonly topicId: string; readonly leader: number; readonly epoch: number};

/** As the broker calls it. */
const GONE = ['OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'];

const asMessage = ({topic, partition}: Place, offset: bigint, {key, value, headers}: Batch['records'][number]): BrokerMessage => ({
  topic,
  partition,
  offset,
  key,
  value,
  headers: headers.flatMap(([name, content]) => (name && content ? [[name.toString(), content] as const] : [])),
});
