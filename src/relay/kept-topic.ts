/** What the topic of a stream still has, and for how long. Whoever reads it goes on where it stopped or not at all (H-81). */
import type {RelayedLog} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import type {BrokerClient, OffsetRange} from './broker-client.ts';
import {messagesGone, requireOffset} from './broker-errors.ts';
import type {KafkaSettings} from './kafka.ts';
import {type Left, TopicAge} from './topic-age.ts';
import {topicFault} from './topic-settings.ts';

export class KeptTopic {
  readonly #broker: BrokerClient;
  readonly #topic: string;
  readonly #settings: KafkaSettings;
  readonly #age: TopicAge;

  constructor(broker: BrokerClient, topic: string, settings: KafkaSettings, clock: Clock) {
    this.#broker = broker;
    this.#topic = topic;
    this.#settings = settings;
    this.#age = new TopicAge(broker, topic, clock);
  }

  async range(): Promise<OffsetRange> {
    const range = (await this.#broker.offsets(this.#topic))?.[0];
    if (!range) throw messagesGone(`the topic ${this.#topic} is not there`);
    return range;
  }

  /** `offset`: from which on messages are needed; undefined where that is looked for when the stream is opened. */
  async require(offset: bigint | undefined): Promise<OffsetRange> {
    const range = await this.range();
    if (offset !== undefined) requireOffset({topic: this.#topic, partition: 0, offset}, range);
    return range;
  }

  /** What is needed is there, and stays. */
  async requireSafe(offset: bigint | undefined): Promise<OffsetRange> {
    const range = await this.require(offset);
    const found = await this.#broker.topicSettings(this.#topic, ['cleanup.policy', 'retention.ms', 'retention.bytes']);
    const fault = topicFault(found, this.#settings);
    if (fault === undefined) return range;
    throw new TerminalError(`the topic ${this.#topic} may lose messages: ${fault}`, {
      code: 'CF-RELAY-003',
      next: 'set it back, then: crossfade resume',
    });
  }

  /** For how long Kafka has what the target lacks; as far as was known, while no broker answers. `silence`: of the connector. */
  async waiting(offset: bigint, silence: string | undefined): Promise<RelayedLog> {
    const log = (left: Left | undefined, why: string | undefined): RelayedLog => ({
      leftMs: left?.leftMs,
      wholeMs: left?.wholeMs,
      byAge: 'retention.ms',
      ...(why !== undefined && {silence: why}),
    });
    try {
      return log(await this.#age.left(offset), silence);
    } catch (error) {
      return log(this.#age.lastLeft, errorText(error));
    }
  }
}
