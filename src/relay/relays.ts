/** By the word that a plan writes. A client of Kafka is loaded only where one is wanted. */
import {brokerClients} from './broker-clients.ts';
import {inProcess} from './in-process.ts';
import type {KafkaOf} from './kafka.ts';
import type {Relay} from './relay.ts';

export const relays = {
  'in-process': async (): Promise<Relay> => inProcess,
  kafka: async (of: KafkaOf): Promise<Relay> => (await import('./kafka.ts')).kafka(of, await brokerClients[of.settings.client]()),
};
