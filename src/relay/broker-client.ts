/**
 * What the relay needs of a Kafka cluster, and nothing else. Whoever applies the messages keeps the offsets with the data;
 * those that a group commits are for people and their tools (docs/decisions/0025). A method throws `TransientError` when the
 * world may be better in a moment, and `TerminalError` when it cannot be.
 */
export type BrokerAccess = {
  /** `host:port`, any that are up. */
  readonly brokers: readonly string[];
  /** Absent: encrypted and verified where a broker is not on this machine. `ca`: a file. */
  readonly tls?: {readonly mode: 'verify-full' | 'disable'; readonly ca?: string};
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
};

export type BrokerAddress = BrokerAccess & {
  /** Shown in the brokers' logs. */
  readonly clientId: string;
};

export type BrokerMessage = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Null where a message has none. */
  readonly key: Buffer | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer])[];
};

export type TopicSettings = {readonly partitions: number; readonly replicas: number; readonly settings: Readonly<Record<string, string>>};

/** The first offset that is still there, and the one that the next message will have. */
export type OffsetRange = {readonly partition: number; readonly first: bigint; readonly end: bigint};

export type TopicPartition = {readonly topic: string; readonly partition: number};

export interface BrokerClient {
  /** A topic that is there already with as many partitions stays as it is. */
  createTopic(topic: string, settings: TopicSettings): Promise<void>;
  /** One that is not there is none the less deleted. */
  deleteTopic(topic: string): Promise<void>;
  /** Undefined where there is no such topic. */
  offsets(topic: string): Promise<readonly OffsetRange[] | undefined>;
  /** Of each partition the first message of that time or later, in milliseconds since 1970; where there is none, its end. */
  offsetsFrom(topic: string, timeMs: number): Promise<readonly bigint[]>;
  /** The values that hold of these settings, its own or the cluster's. */
  topicSettings(topic: string, names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /**
   * The messages from these offsets on, those of one partition in order, a batch at a time; the next is asked for when this one is
   * dealt with. Ends when `signal` aborts. Throws CF-RELAY-003 where an offset is no longer there, or not yet: it never goes on
   * somewhere else.
   */
  consume(from: readonly (TopicPartition & {readonly offset: bigint})[], signal: AbortSignal): AsyncIterable<readonly BrokerMessage[]>;
  /** For tests, and for markers of our own; answers with the offsets. */
  produce(topic: string, messages: readonly NewMessage[]): Promise<readonly bigint[]>;
  close(): Promise<void>;
}

export type NewMessage = {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
};
