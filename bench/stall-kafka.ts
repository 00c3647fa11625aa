/** Debezium and Kafka of a series' own, and what its plan says of them. */
import {findKafka} from '../examples/stack/kafka-programs.ts';
import {startBroker, startConnect} from '../examples/stack/kafka-server.ts';

export type RelayServers = {readonly plan: Readonly<Record<string, unknown>>; stop(): Promise<void>};

export const RELAYS: Readonly<Record<'in-process' | 'kafka', () => Promise<RelayServers>>> = {
  'in-process': async () => ({plan: {kind: 'in-process'}, stop: async () => undefined}),
  async kafka() {
    const programs = findKafka();
    const broker = await startBroker(programs);
    const worker = await startConnect(programs, broker.address);
    return {
      plan: {kind: 'kafka', brokers: [broker.address], connect: worker.url, replicas: 1},
      async stop() {
        await worker.stop();
        await broker.stop();
      },
    };
  },
};
