/** The forward stream of one migration through Debezium and one topic. What is there is asked, never remembered. */
import type {Database, Finding, MayReread, MigrationRef, RelayedLog, Source} from '../engine/engine.ts';
import type {Effects} from '../model/effects.ts';
import {TransientError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import type {BrokerClient} from './broker-client.ts';
import {messagesGone} from './broker-errors.ts';
import type {ConnectCluster} from './connect-cluster.ts';
import {changeTopic, type ConnectorRequest, connectorTopics} from './connector-settings.ts';
import type {DebeziumEngine, SentAgain, TopicReading} from './debezium-engine.ts';
import type {KafkaSettings} from './kafka.ts';
import {kafkaFindings} from './kafka-findings.ts';
import {KeptPlace} from './kept-place.ts';
import {KeptTopic} from './kept-topic.ts';
import {OwnConnector} from './own-connector.ts';
import type {RelayStream} from './relayed-source.ts';
import {atOffset, logOf, offsetOf} from './topic-position.ts';
import {topicSettings} from './topic-settings.ts';
import {WatchedTopic} from './watched-topic.ts';

/** Written before the connector is made: it comes through only where that began before it. */
const BEGIN = 'relay begin';
/** Written when the place of a position is not known. */
const PLACE = 'relay place';

export type KafkaStreamOf = {
  /** Whose changes they are. */
  readonly own: Database;
  readonly broker: BrokerClient;
  readonly connect: ConnectCluster;
  readonly debezium: DebeziumEngine;
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
  readonly #kept: KeptTopic;
  readonly #place: KeptPlace;
  /** Of the stream that is being read. */
  #reading: TopicReading | undefined;
  /** The latest that is on the target, as far as this process knows; undefined where nothing waits for us. */
  #known: Position | undefined;

  constructor(options: KafkaStreamOf) {
    this.#options = options;
    this.#topic = changeTopic(options.name);
    this.#connector = new OwnConnector(options.connect, options.name, options.effects);
    const {broker, effects} = options;
    const parts = {broker, connector: this.#connector, topic: this.#topic, clock: effects.clock};
    this.#kept = new KeptTopic(broker, this.#topic, options.settings, effects.clock);
    this.#place = new KeptPlace(options.own.source.keeping, effects.clock);
    this.#watched = new WatchedTopic({...parts, isHolding: () => this.#reading?.isHolding() === true});
  }

  get #source(): Source {
    return this.#options.own.source;
  }

  /** The place in the log first. Each act can be repeated; what a crash leaves behind is found by name. */
  async create(tables: readonly Table[], signal: AbortSignal): Promise<Position> {
    const {broker, settings, name, request, debezium} = this.#options;
    const position = await this.#source.createStream('forward', tables.map(debezium.published), signal);
    await this.#place.begin();
    const topic = {partitions: 1, replicas: settings.replicas, settings: topicSettings(settings)};
    for (const one of connectorTopics(name)) await broker.createTopic(one, topic);
    await this.#connector.start({
      settings: debezium.settings({...request, tables}),
      offsets: debezium.offsets?.(name, position),
      before: () => this.#source.mark(BEGIN),
    });
    const begin = atOffset(position, 0n);
    // Where the topic has let its first messages go the connector began long ago.
    if ((await this.#kept.range()).first > 0n) return begin;
    await this.#untilBegun(signal);
    this.#known ??= begin;
    return begin;
  }

  async #untilBegun(signal: AbortSignal): Promise<void> {
    const {debezium, migration} = this.#options;
    for await (const batch of this.#watched.messages(0n, signal))
      if (batch.some((message) => debezium.isMark(message, migration.short, BEGIN))) return;
    signal.throwIfAborted();
  }

  async probe(applied: Position | undefined): Promise<void> {
    const {debezium, connect, name} = this.#options;
    await this.#place.begin();
    // What Debezium has acknowledged is in the topic, and may be far ahead of the target.
    await this.#source.probeStream('forward', debezium.standing?.(await connect.offsets(name)));
    await debezium.requireFollowable?.(this.#source);
    await this.#kept.requireSafe(applied && offsetOf(applied));
    if (applied && offsetOf(applied) !== undefined) this.#known = applied;
    await this.#connector.requireWorking();
  }

  /** What may be better in a moment is the stream's own affair, which tries again and says so. */
  async look(): Promise<void> {
    if (this.#known === undefined) return;
    await this.#lookAt(this.#known).catch((error: unknown) => {
      // What is dropped meanwhile is not missed.
      if (this.#known !== undefined) throw error;
    });
  }

  async #lookAt(known: Position): Promise<void> {
    await this.#options.debezium.requireFollowable?.(this.#source).catch(unlessTransient);
    const range = await this.#kept.requireSafe(offsetOf(known)).catch(unlessTransient);
    this.#place.moveTo(logOf(known));
    await this.#connector.look(range?.end).catch(unlessTransient);
  }

  async waiting(): Promise<RelayedLog | undefined> {
    const offset = this.#known && offsetOf(this.#known);
    return offset === undefined ? undefined : this.#kept.waiting(offset, this.#connector.silence ?? this.#place.failure);
  }

  /**
   * Where a stream that is only watched is opened: nothing of it is applied, so what the topic no longer keeps is not missed,
   * and it begins at the present.
   */
  async watchedFrom(from: Position): Promise<Position> {
    const {first, end} = await this.#kept.range();
    if ((offsetOf(from) ?? end) >= first) return from;
    const present = await this.#source.mark(PLACE);
    this.#known = atOffset(present, end);
    return present;
  }

  async *changes(
    from: Position,
    tables: readonly Table[],
    signal: AbortSignal,
    mayReread: MayReread = () => false,
  ): ReturnType<Source['changes']> {
    this.#reading = undefined;
    const start = offsetOf(from) === undefined ? await this.#placeOf(from, signal) : from;
    this.#known = start;
    const {own, migration, request, debezium} = this.#options;
    this.#reading = debezium.read({
      ...{own, migration, tables, placeholder: request.placeholder, start, signal, mayReread},
      messages: this.#watched.messages(offsetOf(start) ?? 0n, signal),
      end: () => this.#end(),
      sendAgain: () => this.#sendAgain(),
    });
    yield* this.#reading.events;
  }

  async #sendAgain(): Promise<SentAgain> {
    const known = this.#known;
    let [from, isWhole] = [0n, false];
    await this.#connector.sendAgain(async () => {
      from = await this.#end();
      const place = await this.#place.goBack();
      isWhole = place !== undefined && known !== undefined && this.#options.debezium.isWithin(place, known);
    });
    return {from, isWhole};
  }

  async #end(): Promise<bigint> {
    return (await this.#options.broker.offsets(this.#topic))?.[0]?.end ?? 0n;
  }

  acknowledge(position: Position): void {
    if (offsetOf(position) === undefined) return;
    this.#known = position;
    this.#options.debezium.acknowledged?.(this.#source, position);
  }

  /**
   * A position that the source told itself has no offset yet. Any end of a transaction at or before it will do, because after it
   * everything comes that committed later; a mark behind it says when there is no other.
   */
  async #placeOf(from: Position, signal: AbortSignal): Promise<Position> {
    const {debezium} = this.#options;
    const begin = this.#known && debezium.isWithin(this.#known, from) ? this.#known : undefined;
    const {first} = await this.#kept.require(begin && offsetOf(begin));
    await this.#source.mark(PLACE);
    let place = begin ?? atOffset(logOf(from), first);
    // Without one before it in sight, what is gone may have been behind it.
    let isFound = begin !== undefined || first === 0n;
    for await (const batch of this.#watched.messages(offsetOf(place) ?? first, signal))
      for (const message of batch) {
        const end = debezium.endOf(message);
        if (end === undefined) continue;
        if (debezium.isWithin(end, from)) [place, isFound] = [atOffset(end, message.offset + 1n), true];
        else if (!isFound) throw messagesGone(`${this.#topic} begins at ${first}, which is behind ${from}`);
        else return atOffset(debezium.knownAt(logOf(place), logOf(from)), offsetOf(place) ?? first);
      }
    signal.throwIfAborted();
    throw new TransientError(`the place of ${from} in ${this.#topic} was not found`, {
      code: 'CF-RELAY-001',
      next: 'nothing; it is looked for again',
    });
  }

  /** The connector first: it may hold a place in the source's log. */
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

const unlessTransient = (error: unknown): undefined => {
  if (!(error instanceof TransientError)) throw error;
};
