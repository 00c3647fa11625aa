/** By the word that a plan writes. Each is loaded only where it is wanted. */
import type {Effects} from '../model/effects.ts';
import type {BrokerAddress, BrokerClient} from './broker-client.ts';

export type OpenClient = (address: BrokerAddress, effects: Effects) => BrokerClient;

export const brokerClients: Readonly<Record<'kafkajs' | 'platformatic', () => Promise<OpenClient>>> = {
  async kafkajs() {
    const {KafkajsClient} = await import('./kafkajs.ts');
    return (address, effects) => new KafkajsClient(address, effects);
  },
  async platformatic() {
    const {PlatformaticClient} = await import('./platformatic.ts');
    return (address, effects) => new PlatformaticClient(address, effects);
  },
};
