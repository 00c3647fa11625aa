/** A second worker of Kafka Connect in the group of the first, and what both have sent to the topic of a story. */
import {findKafka} from '../../examples/stack/kafka-programs.ts';
import {type KafkaConnect, startConnect} from '../../examples/stack/kafka-server.ts';
import type {BrokerMessage} from '../../src/relay/broker-client.ts';
import {KafkajsClient} from '../../src/relay/kafkajs.ts';
import {realEffects} from './effects.ts';
import type {OwnKafkaStack} from './kafka-servers.ts';
import {addCleanUp} from './server-folder.ts';

export async function secondWorker({broker}: OwnKafkaStack): Promise<AsyncDisposable & KafkaConnect> {
  const worker = await startConnect(findKafka(), broker.address);
  addCleanUp({kind: 'process', pid: worker.pid, folder: worker.folder});
  return Object.assign(worker, {[Symbol.asyncDispose]: () => worker.stop()});
}

export type Sent = {
  /** Of the source's transaction. */
  readonly transaction: string;
  readonly kind: 'begin' | 'end' | 'row';
};

export type TopicWatch = AsyncDisposable & {
  /** In the order of the topic; grows. */
  readonly sent: readonly Sent[];
};

export function watchTopic({broker}: OwnKafkaStack, topic: string): TopicWatch {
  const client = new KafkajsClient({brokers: [broker.address], clientId: `watch-${topic}`}, realEffects());
  const [sent, stop] = [[] as Sent[], new AbortController()];
  const read = async (): Promise<void> => {
    for await (const batch of client.consume([{topic, partition: 0, offset: 0n}], stop.signal)) sent.push(...batch.flatMap(sentBy));
  };
  const reading = read();
  return {
    sent,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await reading;
      await client.close();
    },
  };
}

type Message = {readonly status?: string; readonly id?: string; readonly transaction?: {readonly id: string} | null};

function sentBy({value}: BrokerMessage): readonly Sent[] {
  const {status, id, transaction} = JSON.parse(value?.toString() ?? '{}') as Message;
  const named = id ?? transaction?.id;
  if (named === undefined) return [];
  // With PostgreSQL a place in the log stands behind the number, another one in each message.
  return [{transaction: /^\d+(?=:\d+$)/.exec(named)?.[0] ?? named, kind: status === 'BEGIN' ? 'begin' : status === 'END' ? 'end' : 'row'}];
}
