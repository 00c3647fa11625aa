/** One kill of the sweep over Kafka, and what its list of leftovers would say of a fault. */
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {overKafka} from './kafka-world.ts';
import {expectOneKill} from './one-kill.ts';
import {openWorld} from './world.ts';

test('a migration over Kafka is recorded; one that dies at the decision comes to its end, and what it leaves too much is found', {
  timeout: 600_000,
}, async () => {
  await using world = await openWorld(false, 1);
  await expectOneKill(overKafka(world, stack()));
});
