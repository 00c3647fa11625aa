/** The relay `kafka` as the worked plan has it: Debezium reads the source, a topic keeps what it sends, and the rest of the migration is as ever. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {ownKafkaStack} from '../support/kafka-servers.ts';
import {CUTOVER_STEPS, walkWithKills} from '../support/killed-walk.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseEnded} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

type Stack = Awaited<ReturnType<typeof ownKafkaStack>>;

const {relay} = parse(readFileSync('plans/through-kafka.yaml', 'utf8')) as {readonly relay: Readonly<Record<string, unknown>>};

/** On this machine without encryption, and the workers look the password up. */
function planThrough({broker, worker}: Stack, story: ShopStory): string {
  const {tls: _, sasl: __, ...rest} = relay;
  const secrets = join(worker.folder, 'shop.properties');
  writeFileSync(secrets, `password=${decodeURIComponent(new URL(story.source.url).password)}\n`);
  const places = {brokers: [broker.address], connect: worker.url, replicas: 1, password: `\${file:${secrets}:password}`};
  return story.writePlan('through-kafka.yaml', {relay: {...rest, ...places}});
}

const killed = async ({worker}: Stack): Promise<void> => {
  await worker.kill9();
  await worker.start();
};

const expectNothingLeft = async ({worker}: Stack): Promise<void> =>
  expect(await (await fetch(`${worker.url}/connectors`)).json(), 'left behind').toEqual([]);

test('there, back and there again through Debezium and Kafka, whose worker is killed on each side', {timeout: 600_000}, async () => {
  await using stack = await ownKafkaStack();
  await using story = await openShopStory('through-kafka', 31);
  const plan = planThrough(stack, story);
  const told = await story.type('plan', plan);
  expect(told.output).toMatch(/start-relay: make the topics crossfade_/);
  await thereAndBack(story, 'through-kafka', plan, () => killed(stack));
  await story.expectNothingLost('target', 3);
  await expectNothingLeft(stack);
});

test('the runner is killed in every phase and at the steps of both cutovers, and Debezium between them', {timeout: 900_000}, async () => {
  await using stack = await ownKafkaStack();
  await using story = await openShopStory('killed-kafka', 37);
  const loaded = story.untilFact('the load has ended', isPhaseEnded('initial-load', 'done')).then(() => killed(stack));
  await walkWithKills(story, 'killed-kafka', planThrough(stack, story), CUTOVER_STEPS);
  await loaded;
  await story.expectNothingLost('target', 3);
  await expectNothingLeft(stack);
});

test('an abort in the middle takes connector, topics, slot and publication away', {timeout: 300_000}, async () => {
  await using stack = await ownKafkaStack();
  await using story = await openShopStory('aborted-kafka', 41);
  await story.killAt({kind: 'journal.write', label: 'phase-ended catch-up'}, ['run', planThrough(stack, story)]);
  expect(await story.type('abort', '--confirm', 'aborted-kafka', '--reason', 'the story')).toMatchObject({code: 0});
  await story.start(['resume']).ended;
  await expectNothingLeft(stack);
  expect(await story.source.rows('SELECT slot_name FROM pg_replication_slots WHERE database = current_database()')).toEqual([]);
  expect(await story.source.rows('SELECT pubname FROM pg_publication')).toEqual([]);
  await story.expectNothingLost('source', 0, 'the copy is gone');
});
