import {brokerClientSuite} from '../../test/conformance/broker-client.ts';
import {KafkajsClient} from './kafkajs.ts';

await brokerClientSuite('kafkajs', (address, effects) => new KafkajsClient(address, effects));
