import {brokerClientSuite} from '../../test/conformance/broker-client.ts';
import {PlatformaticClient} from './platformatic.ts';

await brokerClientSuite('@platformatic/kafka', (address, effects) => new PlatformaticClient(address, effects));
