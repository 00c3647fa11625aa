/** A database whose changes a real Debezium sends to a real Kafka, and its messages read back as changes of ours. */
import {randomBytes} from 'node:crypto';
import pg from 'pg';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Table} from '../../src/model/table.ts';
import type {BrokerMessage} from '../../src/relay/broker-client.ts';
import {ConnectCluster, type ConnectorState} from '../../src/relay/connect-cluster.ts';
import {changeTopic, connectorTopics} from '../../src/relay/connector-settings.ts';
import {decodeMessage, type Decoded} from '../../src/relay/debezium-envelope.ts';
import {KafkajsClient} from '../../src/relay/kafkajs.ts';
import {postgresSettings, publishedColumns, slotOf} from '../../src/relay/postgres-connector.ts';
import {openSide, type TestSide} from './databases.ts';
import {realEffects} from './effects.ts';
import {kafkaStack} from './kafka-servers.ts';
import {postgresServer} from './servers.ts';
import {untilTrue} from './until.ts';

export type DebeziumWorld = AsyncDisposable & {
  readonly source: TestSide;
  readonly connect: ConnectCluster;
  readonly connector: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly placeholder: string;
  /** Makes publication, slot and topics. What is written from now on will be sent. */
  prepare(tables: readonly string[]): Promise<readonly Table[]>;
  start(): Promise<void>;
  /** Does that, and returns when the connector is in that state. */
  until(state: ConnectorState, act: () => Promise<void>): Promise<void>;
  /** When all that was committed so far is in Kafka: the connector has committed a place behind a marker. */
  drained(): Promise<void>;
  /** Every message of a table up to the topic's end, with what it becomes. */
  read(table: Table): Promise<readonly Read[]>;
};
export type Read = {readonly message: BrokerMessage; readonly decoded: Decoded};

/** `settings` of the database, for everybody who connects to it. */
export async function openDebeziumWorld(settings: Readonly<Record<string, string>> = {}): Promise<DebeziumWorld> {
  const [stack, server] = [await kafkaStack(), await postgresServer({version: 17})];
  const name = `debezium_${randomBytes(5).toString('hex')}`;
  const slot = slotOf(name);
  const url = await server.createDatabase(name);
  const source = await openSide('source', url);
  await source.run(...Object.entries(settings).map(([key, value]) => `ALTER DATABASE ${name} SET ${key} = ${value}`), SPOKEN);
  const effects = realEffects();
  const broker = new KafkajsClient({brokers: [stack.broker], clientId: name}, effects);
  const connect = new ConnectCluster(stack.connect, effects);
  const placeholder = randomBytes(12).toString('hex');
  const prepared: {tables: readonly Table[]; settings: Readonly<Record<string, string>>} = {tables: [], settings: {}};
  const committed = async (): Promise<bigint> => {
    const offset = (await connect.offsets(name))[0]?.offset ?? {};
    return BigInt(String((offset['lsn_proc'] as {text?: string} | undefined)?.text ?? 0));
  };
  return {
    source,
    connect,
    connector: name,
    placeholder,
    get settings() {
      return prepared.settings;
    },
    async prepare(asked) {
      prepared.tables = await source.database.catalog.tables({tables: asked, exclude: []});
      const quoted = (words: readonly string[]): string => words.map((word) => pg.escapeIdentifier(word)).join(', ');
      const published = prepared.tables.map((table) => {
        const {schema, name: word} = table.name;
        return `${quoted([schema])}.${quoted([word])} (${quoted(publishedColumns(table))})`;
      });
      await source.run(`CREATE PUBLICATION ${name} FOR TABLE ${published.join(', ')}`);
      await source.run(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
      const topic = {partitions: 1, replicas: 1, settings: {'cleanup.policy': 'delete', 'retention.ms': '-1'}};
      await Promise.all(connectorTopics(name).map((one) => broker.createTopic(one, topic)));
      const shared = {url: new DatabaseUrl(url), prefix: name, placeholder, isEncrypted: false};
      prepared.settings = postgresSettings({...shared, tables: prepared.tables, messageBytesMax: 1_000_000});
      return prepared.tables;
    },
    async start() {
      await connect.put(name, prepared.settings);
      await connect.resume(name);
    },
    async until(wanted, act) {
      await act();
      await untilTrue(`the connector is ${wanted}`, async () => (await connect.status(name)).state === wanted);
    },
    async drained() {
      await source.run(`SELECT pg_logical_emit_message(true, 'crossfade', 'end')`);
      const end = BigInt((await source.value(`SELECT (pg_current_wal_lsn() - '0/0')::text`)) ?? 0);
      await source.run(`SELECT pg_logical_emit_message(true, 'crossfade', 'behind')`);
      await untilTrue('the connector has committed a place behind the end', async () => {
        const {state, cause} = await connect.status(name);
        if (state === 'failed') throw new Error(cause);
        return (await committed()) >= end;
      });
    },
    async read(table) {
      const topic = changeTopic(name);
      const end = (await broker.offsets(topic))?.[0]?.end ?? 0n;
      const read: Read[] = [];
      if (end === 0n) return read;
      for await (const batch of broker.consume([{topic, partition: 0, offset: 0n}], new AbortController().signal)) {
        for (const message of batch.filter((one) => isAbout(table, one)))
          read.push({message, decoded: decodeMessage({table, placeholder}, message)});
        if ((batch.at(-1)?.offset ?? 0n) >= end - 1n) return read;
      }
      return read;
    },
    async [Symbol.asyncDispose]() {
      await connect.delete(name);
      await broker.close();
      await source.run(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}' AND active`);
      await untilTrue(
        'the slot is free',
        async () => (await source.value(`SELECT active FROM pg_replication_slots WHERE slot_name = '${slot}'`)) !== 't',
      );
      await source.run(`SELECT pg_drop_replication_slot('${slot}')`);
      await source.close();
    },
  };
}

/** All of a source are in one topic. */
const isAbout = ({name}: Table, {value}: BrokerMessage): boolean => {
  const {source} = JSON.parse(value?.toString() ?? '{}') as {readonly source?: {readonly schema: string; readonly table: string}};
  return source?.schema === name.schema && source.table === name.name;
};

/** As our own sessions are (postgres-connection.ts), so that texts can be compared. */
const SPOKEN = `SET DateStyle = ISO; SET IntervalStyle = iso_8601; SET TimeZone = UTC; SET bytea_output = hex; SET extra_float_digits = 3;
  SET xmloption = content; SET array_nulls = on; SET standard_conforming_strings = on; SET quote_all_identifiers = off;
  SET search_path = public; SET lc_monetary = 'C'`;
