/**
 * A schema of a MySQL server whose changes come by a real Debezium and a real Kafka, and beside them by the server's own log.
 * The connector's account holds what docs/kafka.md says, and nothing else.
 */
import {randomBytes} from 'node:crypto';
import {brokerClients} from '../../src/relay/broker-clients.ts';
import type {Database} from '../../src/engine/engine.ts';
import {STREAM_SCHEMA} from '../../src/engine/mysql/mysql-control-schema.ts';
import {mysqlEngine} from '../../src/engine/mysql/mysql-engine.ts';
import type {StreamEvent} from '../../src/model/change.ts';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Position} from '../../src/model/position.ts';
import type {Table} from '../../src/model/table.ts';
import type {BrokerMessage} from '../../src/relay/broker-client.ts';
import {kafka} from '../../src/relay/kafka.ts';
import {logOf} from '../../src/relay/topic-position.ts';
import {realEffects} from './effects.ts';
import type {KafkaStack} from './kafka-servers.ts';
import {type MysqlDatabase, mysqlDatabase, newAccount} from './mysql-databases.ts';
import type {MysqlServer} from './mysql-servers.ts';

export type DebeziumMysqlWorld = AsyncDisposable & {
  readonly database: MysqlDatabase;
  readonly own: Database;
  readonly relayed: Database;
  readonly short: string;
  /** How often the relay has opened the server's own log. */
  logsOpened(): number;
  tables(): Promise<readonly Table[]>;
  /** Up to a mark that is written now. */
  through(side: Database, from: Position, tables: readonly Table[]): Promise<readonly StreamEvent[]>;
  /** Everything in the topic so far. */
  messages(): Promise<readonly BrokerMessage[]>;
};

export async function openDebeziumMysqlWorld(server: MysqlServer, stack: KafkaStack): Promise<DebeziumMysqlWorld> {
  const [short, effects] = [randomBytes(4).toString('hex'), realEffects()];
  const migration = {id: `${short}-0000-7000-8000-000000000000`, short, name: 'debezium'};
  const database = await mysqlDatabase(server);
  await database.run(...STREAM_SCHEMA);
  const url = new DatabaseUrl(database.url);
  const account = await newAccount(database);
  await database.run(
    `GRANT SELECT ON ${database.name}.* TO ${account.name}`,
    `GRANT SELECT ON crossfade.* TO ${account.name}`,
    `GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO ${account.name}`,
  );
  const own = mysqlEngine.open({url, side: 'source', migration, effects});
  let opened = 0;
  const counted: Database = {
    ...own,
    source: new Proxy(own.source, {
      get: (source, name) => {
        if (name === 'changes') opened++;
        const value: unknown = Reflect.get(source, name);
        return typeof value === 'function' ? (value.bind(source) as unknown) : value;
      },
    }),
  };
  const openClient = await brokerClients.kafkajs();
  const address = {brokers: [stack.broker], connect: stack.connect, client: 'kafkajs', source: new DatabaseUrl(account.url)} as const;
  const settings = {...address, retentionMs: 86_400_000, replicas: 1, messageBytesMax: 1_000_000};
  const relayed = kafka({settings, migration, effects}, openClient).through(counted);
  const broker = openClient({...address, clientId: `test-${short}`}, effects);
  return {
    database,
    own,
    relayed,
    short,
    logsOpened: () => opened,
    tables: () => own.catalog.tables({tables: [`${database.name}.*`], exclude: []}),
    async through(side, from, tables) {
      const [content, stop, events] = [randomBytes(4).toString('hex'), new AbortController(), [] as StreamEvent[]];
      await own.source.mark(content);
      for await (const batch of side.source.changes('forward', from, tables, stop.signal)) {
        events.push(...batch);
        if (events.some((event) => event.type === 'mark' && event.content === content) && events.at(-1)?.type !== 'mark') stop.abort();
      }
      return events;
    },
    async messages() {
      const topic = `crossfade_${short}`;
      const [end, read] = [(await broker.offsets(topic))?.[0]?.end ?? 0n, [] as BrokerMessage[]];
      for await (const batch of broker.consume([{topic, partition: 0, offset: 0n}], new AbortController().signal)) {
        read.push(...batch);
        if ((batch.at(-1)?.offset ?? 0n) >= end - 1n) break;
      }
      return read;
    },
    async [Symbol.asyncDispose]() {
      await relayed.source.dropStream('forward');
      await relayed.close();
      await broker.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What came, whichever way: names and places of transactions, and what is in them; those without anything are left out. */
export function told(events: readonly StreamEvent[]): readonly unknown[] {
  const lines: unknown[] = [];
  let begun: StreamEvent | undefined;
  for (const event of events) {
    if (event.type === 'begin') begun = event;
    else if (event.type === 'commit') {
      if (!begun) lines.push({...event, end: logOf(event.end)});
      begun = undefined;
    } else if (event.type !== 'idle') {
      if (begun) lines.push(begun);
      begun = undefined;
      lines.push(event);
    }
  }
  return lines;
}
