/** What the engines that Debezium reads differ in. One member for each engine of a source; whatever they have in common is the stream's. */
import type {Database, Finding, MayReread, MigrationRef, Source} from '../engine/engine.ts';
import type {StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import type {ConnectorOffsets} from './connect-cluster.ts';
import type {ConnectorRequest, Settings} from './connector-settings.ts';

export interface DebeziumEngine {
  readonly plugin: {readonly className: string; readonly versionMin: string};
  /** A table as the source has to publish it. */
  published(table: Table): Table;
  /** Refuses tables that cannot go through Debezium, with the reason. */
  settings(request: ConnectorRequest): Settings;
  /** The same for people to read, of a source whose address is not known. */
  announced(request: Omit<ConnectorRequest, 'url' | 'password'>, database: Settings): Settings;
  /** The same of the place from which everything can be sent again (`Keeping`), as the rest of a sentence. */
  announcedPlace?(name: string): string;
  /** What a new connector goes on from; absent where the source itself remembers that. */
  offsets?(prefix: string, position: Position): ConnectorOffsets;
  /** Up to where the source's log is no longer needed by the connector; absent where the source itself remembers that. */
  standing?(offsets: ConnectorOffsets): Position | undefined;
  /** What of the source and its tables stands in the way. */
  findings(own: Database, tables: readonly Table[]): Promise<readonly Finding[]>;
  /** Throws where the source has written what Debezium cannot tell. */
  requireFollowable?(own: Source): Promise<void>;
  /** Everything up to here is on the target; absent where the connector alone tells the source. */
  acknowledged?(own: Source, position: Position): void;
  /** Whether everything up to `position` is within `limit`. */
  isWithin(position: Position, limit: Position): boolean;
  /** Where the transaction ends that this message ends; undefined of all others. */
  endOf(message: BrokerMessage): Position | undefined;
  /** All that a stream knows which knows `known`, when the last transaction of it ended at `end`. */
  knownAt(end: Position, known: Position): Position;
  isMark(message: BrokerMessage, short: string, content: string): boolean;
  /** The messages as whole transactions, each once and in the order in which they committed. */
  read(topic: ReadTopic): TopicReading;
}

export type ReadTopic = {
  readonly own: Database;
  readonly migration: MigrationRef;
  readonly tables: readonly Table[];
  readonly placeholder: string;
  /** Where reading begins, with its offset. */
  readonly start: Position;
  readonly messages: AsyncIterable<readonly BrokerMessage[]>;
  readonly signal: AbortSignal;
  readonly mayReread: MayReread;
  /** The offset behind the last message that is there. */
  readonly end: () => Promise<bigint>;
  /** The connector sends again what the source still has. */
  readonly sendAgain: () => Promise<SentAgain>;
};

/** It comes from that offset on. `isWhole`: everything that is not on the target. */
export type SentAgain = {readonly from: bigint; readonly isWhole: boolean};

export interface TopicReading {
  readonly events: AsyncIterable<readonly StreamEvent[]>;
  /** Whether a state of the source is held for the next message. */
  isHolding(): boolean;
}
