/** The messages of a topic for as long as the connector that sends them works: one that has failed sends nothing, and says nothing. */
import type {Clock} from '../model/effects.ts';
import {isCoded, TransientError} from '../model/errors.ts';
import type {BrokerClient} from './broker-client.ts';
import type {OwnConnector} from './own-connector.ts';

const WATCH_MS = 3000;
/** Without a message. Both servers keep for a state that is held, and for the transaction that waits for the rest of it, what others have left. */
const HELD_MS_MAX = 60_000;

export type WatchedTopicOf = {
  readonly broker: BrokerClient;
  readonly connector: OwnConnector;
  readonly topic: string;
  readonly clock: Clock;
  /** Whether a state of the source is held for the next message. */
  readonly isHolding: () => boolean;
};

export class WatchedTopic {
  readonly #options: WatchedTopicOf;
  #lastMessageMs = 0;

  constructor(options: WatchedTopicOf) {
    this.#options = options;
  }

  /** Ends when `signal` aborts; throws when the connector has failed. */
  async *messages(offset: bigint, signal: AbortSignal): ReturnType<BrokerClient['consume']> {
    const {broker, connector, topic, clock} = this.#options;
    this.#lastMessageMs = clock.monotonicMs();
    const over = new AbortController();
    const failed: unknown[] = [];
    const watching = this.#watch(over.signal).catch((error: unknown) => {
      failed.push(error);
      over.abort();
    });
    try {
      for await (const batch of broker.consume([{topic, partition: 0, offset}], AbortSignal.any([signal, over.signal]))) {
        this.#lastMessageMs = clock.monotonicMs();
        const last = batch.at(-1);
        if (last) connector.heard(last.offset);
        yield batch;
      }
      if (failed.length) throw failed[0];
    } finally {
      over.abort();
      await watching;
    }
  }

  /** A cluster that cannot be asked is no failure of the connector: messages go on coming meanwhile. */
  async #watch(over: AbortSignal): Promise<void> {
    const {connector, clock, isHolding} = this.#options;
    while (!over.aborted) {
      await clock.sleep(WATCH_MS, over);
      if (over.aborted) return;
      await connector.look().catch(unlessUnreachable);
      if (isHolding() && clock.monotonicMs() - this.#lastMessageMs > HELD_MS_MAX) throw heldInVain();
    }
  }
}

const heldInVain = (): TransientError =>
  new TransientError(`nothing has come from Debezium for ${HELD_MS_MAX / 1000} s, and a state of the source is held for it`, {
    code: 'CF-RELAY-001',
    next: 'look at the workers of Kafka Connect; the stream is opened again by itself',
  });

const unlessUnreachable = (error: unknown): void => {
  if (!(isCoded(error) && error.code === 'CF-RELAY-001')) throw error;
};
