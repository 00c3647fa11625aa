/**
 * Debezium in Kafka Connect reads the source, and its messages wait in a topic until the target has them. Our own chunks copy the
 * rows, and our own slot is where Debezium begins (docs/decisions/0025 and 0030).
 */
import type {Engine, MigrationRef, OpenOptions} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import type {BrokerAccess} from './broker-client.ts';
import type {brokerClients, OpenClient} from './broker-clients.ts';
import {ConnectCluster} from './connect-cluster.ts';
import {POSTGRES_CONNECTOR} from './connector-settings.ts';
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

/** By the engine of the source. */
const CONNECTORS: Readonly<Record<string, typeof POSTGRES_CONNECTOR>> = {postgres: POSTGRES_CONNECTOR};

export function kafka({settings, migration, effects}: KafkaOf, openClient: OpenClient): Relay {
  const name = `crossfade_${migration.short}`;
  const request = {
    ...settings,
    url: settings.source,
    isEncrypted: isEncrypted(settings),
    prefix: name,
    slot: `${name}_fwd`,
    publication: name,
    // As random as the migration's identifier, and the same whenever it is asked for.
    placeholder: `crossfade unchanged ${migration.id}`,
  };
  return {
    engine: comparingLogs,
    through: (source) => {
      const plugin = connectorOf(source.engine);
      const broker = openClient({...settings, clientId: name}, effects);
      const connect = new ConnectCluster(settings.connect, effects);
      return relayedDatabase(source, new KafkaStream({own: source, broker, connect, plugin, name, request, settings, migration, effects}));
    },
  };
}

export const isEncrypted = ({source, sourceTls}: Pick<KafkaSettings, 'source' | 'sourceTls'>): boolean =>
  sourceTls ? sourceTls.mode === 'verify-full' : !source.isLocal;

function connectorOf(engine: Engine['name']): typeof POSTGRES_CONNECTOR {
  const found = CONNECTORS[engine];
  if (found) return found;
  throw new TerminalError(`changes of ${engine} cannot go through Kafka; those of ${Object.keys(CONNECTORS).join(', ')} can`, {
    code: 'CF-RELAY-002',
    next: 'write relay: {kind: in-process}',
  });
}
