/** The forward stream of one migration through Debezium and one topic. What is there is asked, never remembered. */
import type {Database, Finding, HeldState, MayReread, MigrationRef, Source} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import {Backlog} from './backlog.ts';
import type {BrokerClient, OffsetRange} from './broker-client.ts';
import type {ConnectCluster} from './connect-cluster.ts';
import {
  changeTopic,
  connectorSettings,
  type ConnectorRequest,
  connectorTopics,
  type POSTGRES_CONNECTOR,
  publishedTable,
} from './connector-settings.ts';
import {DebeziumTransactions} from './debezium-transactions.ts';
import type {KafkaSettings} from './kafka.ts';
import {kafkaFindings} from './kafka-findings.ts';
import {lsnOf} from './lsn-text.ts';
import {OwnConnector} from './own-connector.ts';
import type {RelayStream} from './relayed-source.ts';
import {endOf, isMark} from './topic-landmarks.ts';
import {atOffset, logOf, offsetOf} from './topic-position.ts';
import {topicFault, topicSettings} from './topic-settings.ts';
import {WatchedTopic} from './watched-topic.ts';
import {WholeRows} from './whole-rows.ts';

/** Written before the connector is made: it comes through only where that began before it. */
const BEGIN = 'relay begin';
/** Written when the place of a position is not known. */
const PLACE = 'relay place';
/** Written behind a state of the rows that is held. */
const HELD = 'relay held';

export type KafkaStreamOf = {
  /** Whose changes they are. */
  readonly own: Database;
  readonly broker: BrokerClient;
  readonly connect: ConnectCluster;
  readonly plugin: typeof POSTGRES_CONNECTOR;
  /** Of connector and topic. */
  readonly name: string;
  readonly request: Omit<ConnectorRequest, 'tables'>;
  readonly settings: KafkaSettings;
  readonly migration: MigrationRef;
  readonly effects: Effects;
};

export class KafkaStream implements RelayStream {
  readonly #options: KafkaStreamOf;
  readonly #topic: string;
  readonly #connector: OwnConnector;
  readonly #watched: WatchedTopic;
  /** Of the stream that is being read. */
  #rows: WholeRows | undefined;
  /** The latest that is on the target, as far as this process knows; undefined where nothing waits for us. */
  #known: Position | undefined;

  constructor(options: KafkaStreamOf) {
    this.#options = options;
    this.#topic = changeTopic(options.name);
    this.#connector = new OwnConnector(options.connect, options.name, options.effects);
    const {broker, effects} = options;
    const parts = {broker, connector: this.#connector, topic: this.#topic, clock: effects.clock};
    this.#watched = new WatchedTopic({...parts, isHolding: () => this.#rows?.isHolding === true});
  }

  get #source(): Source {
    return this.#options.own.source;
  }

  /** Slot and publication first. Each act can be repeated; what a crash leaves behind is found by name. */
  async create(tables: readonly Table[], signal: AbortSignal): Promise<Position> {
    const {broker, settings, name, request} = this.#options;
    const position = await this.#source.createStream('forward', tables.map(publishedTable), signal);
    const topic = {partitions: 1, replicas: settings.replicas, settings: topicSettings(settings)};
    for (const one of connectorTopics(name)) await broker.createTopic(one, topic);
    await this.#connector.start(connectorSettings({...request, tables}), () => this.#source.mark(BEGIN));
    await this.#untilBegun(signal);
    this.#known = atOffset(position, 0n);
    return this.#known;
  }

  async #untilBegun(signal: AbortSignal): Promise<void> {
    for await (const batch of this.#watched.messages(0n, signal))
      if (batch.some((message) => isMark(message, this.#options.migration.short, BEGIN))) return;
    signal.throwIfAborted();
  }

  async probe(applied: Position | undefined): Promise<void> {
    // What Debezium has acknowledged is in the topic, and may be far ahead of the target.
    await this.#source.probeStream('forward', undefined);
    await this.#requireSafe((applied && offsetOf(applied)) ?? 0n);
    await this.#connector.requireWorking();
  }

  /** What is needed is there, and stays. */
  async #requireSafe(offset: bigint): Promise<void> {
    const {broker, settings} = this.#options;
    await this.#requireKept(offset);
    const fault = topicFault(await broker.topicSettings(this.#topic, ['cleanup.policy', 'retention.ms', 'retention.bytes']), settings);
    if (fault !== undefined)
      throw new TerminalError(`the topic ${this.#topic} may lose messages: ${fault}`, {
        code: 'CF-RELAY-003',
        next: 'set it back, then: crossfade resume',
      });
  }

  /** What may be better in a moment is the stream's own affair, which tries again and says so. */
  async look(): Promise<void> {
    if (this.#known === undefined) return;
    await this.#requireSafe(offsetOf(this.#known) ?? 0n).catch(unlessTransient);
    await this.#connector.requireWorking().catch(unlessTransient);
  }

  async #requireKept(offset: bigint): Promise<OffsetRange> {
    const range = (await this.#options.broker.offsets(this.#topic))?.[0];
    if (!range) throw gone(`the topic ${this.#topic} is not there`);
    if (offset < range.first) throw gone(`${this.#topic} begins at ${range.first}, and ${offset} is where to go on`);
    if (offset > range.end) throw gone(`${this.#topic} ends at ${range.end}, and ${offset} is where to go on`);
    return range;
  }

  async *changes(
    from: Position,
    tables: readonly Table[],
    signal: AbortSignal,
    mayReread: MayReread = () => false,
  ): ReturnType<Source['changes']> {
    this.#rows = undefined;
    const start = offsetOf(from) === undefined ? await this.#placeOf(from, signal) : from;
    this.#known = start;
    const backlog = new Backlog(async () => (await this.#options.broker.offsets(this.#topic))?.[0]?.end ?? 0n, offsetOf(start) ?? 0n);
    this.#rows = new WholeRows({
      tables,
      hold: (delivered) => this.#hold(delivered),
      mark: () => this.#source.mark(HELD),
      mayReread,
      isFarBehind: () => backlog.isFar(),
    });
    yield* this.#rows.of(this.#transactions(start, tables, backlog, signal));
  }

  #hold(delivered: ReadonlySet<string>): Promise<HeldState> {
    const {holdRows} = this.#source;
    assert(holdRows, 'a source whose messages may be incomplete can hold a state of its rows');
    return holdRows.call(this.#source, delivered);
  }

  async *#transactions(start: Position, tables: readonly Table[], backlog: Backlog, signal: AbortSignal): ReturnType<Source['changes']> {
    const {migration, request} = this.#options;
    const transactions = new DebeziumTransactions({short: migration.short, tables, placeholder: request.placeholder, from: start});
    let readTo: bigint | undefined;
    for await (const batch of this.#watched.messages(offsetOf(start) ?? 0n, signal)) {
      const events = batch.flatMap((message) => transactions.take(message));
      backlog.readTo(batch.at(-1)?.offset);
      if (events.length) yield events;
      if (!transactions.isTorn) readTo = undefined;
      else readTo = await this.#mend(readTo, batch.at(-1)?.offset ?? 0n);
    }
  }

  /** What is missing may stand further on, sent after an earlier crash of ours. At the end of all it is asked for: answers where that is. */
  async #mend(readTo: bigint | undefined, read: bigint): Promise<bigint> {
    const {end} = await this.#requireKept(read);
    if (readTo === undefined) return this.#mend(end, read);
    if (read + 1n < readTo) return readTo;
    await this.#connector.sendAgain();
    return 2n ** 63n; // asked for once; what comes of it comes by the same stream
  }

  acknowledge(position: Position): void {
    if (offsetOf(position) !== undefined) this.#known = position;
  }

  /**
   * A position that the source told itself has no offset yet. Any end of a transaction at or before it will do, because after it
   * everything comes that committed later; a mark behind it says when there is no other.
   */
  async #placeOf(from: Position, signal: AbortSignal): Promise<Position> {
    const begin = this.#known && lsnOf(logOf(this.#known)) <= lsnOf(logOf(from)) ? this.#known : undefined;
    const {first} = await this.#requireKept((begin && offsetOf(begin)) ?? 0n);
    await this.#source.mark(PLACE);
    let place = (begin && offsetOf(begin)) ?? first;
    for await (const batch of this.#watched.messages(place, signal))
      for (const message of batch) {
        const end = endOf(message);
        if (end === undefined) continue;
        if (end > lsnOf(logOf(from))) return atOffset(logOf(from), place);
        place = message.offset + 1n;
      }
    signal.throwIfAborted();
    throw new TransientError(`the place of ${from} in ${this.#topic} was not found`, {
      code: 'CF-RELAY-001',
      next: 'nothing; it is looked for again',
    });
  }

  /** The connector first: it holds the slot. */
  async drop(): Promise<void> {
    const {broker, name} = this.#options;
    this.#known = undefined;
    await this.#connector.remove();
    for (const topic of connectorTopics(name)) await broker.deleteTopic(topic);
    await this.#source.dropStream('forward');
  }

  findings(tables: readonly Table[]): Promise<readonly Finding[]> {
    return kafkaFindings(this.#options, this.#topic, tables);
  }

  close(): Promise<void> {
    return this.#options.broker.close();
  }
}

const unlessTransient = (error: unknown): void => {
  if (!(error instanceof TransientError)) throw error;
};

const gone = (message: string): TerminalError =>
  new TerminalError(`messages are gone: ${message}`, {
    code: 'CF-RELAY-003',
    next: 'crossfade abort, then start again with a longer relay.retention; crossfade explain CF-RELAY-003',
  });
