/** What stands in the way of a stream through Kafka: of the cluster, of the connector's access, of the tables. */
import type {Finding} from '../engine/engine.ts';
import {isCoded} from '../model/errors.ts';
import type {Table} from '../model/table.ts';
import type {KafkaStreamOf} from './kafka-stream.ts';
import {retentionFindings} from './retention-forecast.ts';

type Asked = Pick<KafkaStreamOf, 'own' | 'broker' | 'connect' | 'debezium' | 'settings'>;

/** What cannot be asked is in the way as well. */
export async function kafkaFindings(asked: Asked, topic: string, tables: readonly Table[]): Promise<readonly Finding[]> {
  const {connect, broker, debezium, own, settings} = asked;
  return [
    ...(await unlessAnswered(settings.connect.replace(/\/\/[^@/]*@/, '//'), () => connect.require(debezium.plugin))),
    ...(await unlessAnswered(settings.brokers.join(', '), () => broker.offsets(topic))),
    ...secretFindings(settings),
    ...retentionFindings(settings.retentionMs, tables),
    ...(await debezium.findings(own, tables)),
  ];
}

/** Settings of a connector can be read by everybody who may ask Kafka Connect. */
const secretFindings = ({password, source}: KafkaStreamOf['settings']): readonly Finding[] =>
  password !== undefined || !new URL(source.reveal()).password
    ? []
    : [
        {
          severity: 'warn',
          code: 'CF-RELAY-006',
          object: 'relay.password',
          reason:
            'is absent, so the password of the source stands in the settings of the connector, where whoever may ask Kafka Connect can read it',
          next: 'write relay.password: ${file:/path/on/the/workers:key}, a reference that the workers resolve',
        },
      ];

async function unlessAnswered(object: string, question: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await question();
    return [];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [{severity: 'refuse', code: error.code, object, reason: error.message, next: error.next ?? `crossfade explain ${error.code}`}];
  }
}
