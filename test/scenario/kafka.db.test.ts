/** The relay `kafka`: Debezium reads the source, a topic keeps what it sends, and the rest of the migration is as ever. */
import {expect, test} from 'vitest';
import {ownKafkaStack} from '../support/kafka-servers.ts';
import {CUTOVER_STEPS, walkWithKills} from '../support/killed-walk.ts';
import {openShopStory} from '../support/shop-story.ts';
import {isPhaseEnded} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

type Stack = Awaited<ReturnType<typeof ownKafkaStack>>;

const relayOf = ({broker, worker}: Stack) => ({
  relay: {kind: 'kafka', brokers: [broker.address], connect: worker.url, replicas: 1, retention: '1h'},
});

const killed = async ({worker}: Stack): Promise<void> => {
  await worker.kill9();
  await worker.start();
};

const expectNothingLeft = async ({worker}: Stack): Promise<void> =>
  expect(await (await fetch(`${worker.url}/connectors`)).json(), 'left behind').toEqual([]);

test('there, back and there again through Debezium and Kafka, whose worker is killed on each side', {timeout: 600_000}, async () => {
  await using stack = await ownKafkaStack();
  await using story = await openShopStory('through-kafka', 31, relayOf(stack));
  await thereAndBack(story, 'through-kafka', story.planFile, () => killed(stack));
  await story.expectNothingLost('target', 3);
  await expectNothingLeft(stack);
});

test('the runner is killed in every phase and at the steps of both cutovers, and Debezium between them', {timeout: 900_000}, async () => {
  await using stack = await ownKafkaStack();
  await using story = await openShopStory('killed-kafka', 37, relayOf(stack));
  const loaded = story.untilFact('the load has ended', isPhaseEnded('initial-load', 'done')).then(() => killed(stack));
  await walkWithKills(story, 'killed-kafka', story.planFile, CUTOVER_STEPS);
  await loaded;
  await story.expectNothingLost('target', 3);
  await expectNothingLeft(stack);
});
