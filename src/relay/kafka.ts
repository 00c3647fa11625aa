/**
 * Debezium in Kafka Connect reads the source, and its messages wait in a topic until the target has them. Our own chunks copy the
 * rows, and a place in the log that we noted is where Debezium begins (docs/decisions/0025, 0030 and 0032).
 */
import type {MigrationRef, OpenOptions} from '../engine/engine.ts';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import type {BrokerAccess} from './broker-client.ts';
import type {brokerClients, OpenClient} from './broker-clients.ts';
import {ConnectCluster} from './connect-cluster.ts';
import {debeziumEngine} from './debezium-engines.ts';
import {KafkaStream} from './kafka-stream.ts';
import {relayedDatabase} from './relayed-source.ts';
import type {Relay} from './relay.ts';
import {comparingLogs} from './topic-position.ts';

export type KafkaSettings = BrokerAccess & {
  readonly client: keyof typeof brokerClients;
  /** Of Kafka Connect's REST API; it may carry a user and a password. */
  readonly connect: string;
  /** The source as the workers of Kafka Connect reach it. */
  readonly source: DatabaseUrl;
  /** What stands in the connector instead of the password: `${provider:path:key}` of the workers' own. */
  readonly password?: string;
  /** Whether its connections to the source have to be encrypted; by default where they leave the machine. */
  readonly sourceTls?: OpenOptions['tls'];
  readonly retentionMs: number;
  readonly replicas: number;
  /** Of a single message. */
  readonly messageBytesMax: number;
};

export type KafkaOf = {readonly settings: KafkaSettings; readonly migration: MigrationRef; readonly effects: Effects};

export function kafka({settings, migration, effects}: KafkaOf, openClient: OpenClient): Relay {
  const name = `crossfade_${migration.short}`;
  const request = {
    ...settings,
    url: settings.source,
    isEncrypted: isEncrypted(settings),
    prefix: name,
    // As random as the migration's identifier, and the same whenever it is asked for.
    placeholder: `crossfade unchanged ${migration.id}`,
  };
  return {
    engine: comparingLogs,
    through: (source) => {
      const debezium = debeziumEngine(source.engine);
      const broker = openClient({...settings, clientId: name}, effects);
      const connect = new ConnectCluster(settings.connect, effects);
      return relayedDatabase(
        source,
        new KafkaStream({own: source, broker, connect, debezium, name, request, settings, migration, effects}),
      );
    },
  };
}

export const isEncrypted = ({source, sourceTls}: Pick<KafkaSettings, 'source' | 'sourceTls'>): boolean =>
  sourceTls ? sourceTls.mode === 'verify-full' : !source.isLocal;
