import {expect, test} from 'vitest';
import {Kafka, logLevel} from 'kafkajs';
import {kafkaStack} from './kafka-servers.ts';
import {optional} from './servers.ts';

const had = await optional(kafkaStack);

test.skipIf(!had)('one Kafka for all who ask, with Debezium in its Connect', async () => {
  const [stack, again] = await Promise.all([kafkaStack(), kafkaStack()]);
  expect(again).toEqual(stack);
  const plugins = (await (await fetch(`${stack.connect}/connector-plugins`)).json()) as {class: string; version: string}[];
  const debezium = plugins.filter((one) => one.class.startsWith('io.debezium'));
  expect(debezium.map((one) => `${one.class} ${one.version}`)).toEqual([
    'io.debezium.connector.mysql.MySqlConnector 3.5.0.Final',
    'io.debezium.connector.postgresql.PostgresConnector 3.5.0.Final',
  ]);
  const admin = new Kafka({brokers: [stack.broker], logLevel: logLevel.NOTHING}).admin();
  await admin.connect();
  expect((await admin.describeCluster()).brokers).toHaveLength(1);
  await admin.disconnect();
});
