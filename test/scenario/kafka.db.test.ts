/** The relay `kafka` as the worked plan has it: Debezium reads the source, a topic keeps what it sends, and the rest of the migration is as ever. */
import kafkajs from 'kafkajs';
import {expect} from 'vitest';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {CUTOVER_STEPS, walkWithKills} from '../support/killed-walk.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseEnded} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const planThrough = (story: ShopStory, sections: Readonly<Record<string, unknown>> = {}, client = 'kafkajs'): string =>
  writeKafkaPlan(story, stack(), {client, sections});

const killed = async (): Promise<void> => {
  const {worker} = stack();
  await worker.kill9();
  await worker.start();
};

const connectors = async (): Promise<readonly string[]> => (await (await fetch(`${stack().worker.url}/connectors`)).json()) as string[];
const expectNothingLeft = async (): Promise<void> => expect(await connectors(), 'left behind').toEqual([]);

test('there, back and there again through Debezium and Kafka, whose worker is killed on each side', {timeout: 600_000}, async () => {
  await using story = await openShopStory('through-kafka', 31);
  const plan = planThrough(story);
  const told = await story.type('plan', plan);
  expect(told.output).toMatch(/start-relay: make the topics crossfade_/);
  await thereAndBack(story, 'through-kafka', plan, killed);
  await story.expectNothingLost('target', 3);
  await expectNothingLeft();
});

test('the runner is killed in every phase and at the steps of both cutovers, and Debezium between them (H-83, H-91)', {
  timeout: 900_000,
}, async () => {
  await using story = await openShopStory('killed-kafka', 37);
  const loaded = story.untilFact('the load has ended', isPhaseEnded('initial-load', 'done')).then(killed);
  await walkWithKills(story, 'killed-kafka', planThrough(story, {}, 'platformatic'), CUTOVER_STEPS);
  await loaded;
  await story.expectNothingLost('target', 3);
  await expectNothingLeft();
});

test('an abort in the middle takes connector, topics, slot and publication away', {timeout: 300_000}, async () => {
  await using story = await openShopStory('aborted-kafka', 41);
  await story.killAt({kind: 'journal.write', label: 'phase-ended catch-up'}, ['run', planThrough(story)]);
  expect(await story.type('abort', '--confirm', 'aborted-kafka', '--reason', 'the story')).toMatchObject({code: 0});
  await story.start(['resume']).ended;
  await expectNothingLeft();
  expect(await story.source.rows('SELECT slot_name FROM pg_replication_slots WHERE database = current_database()')).toEqual([]);
  expect(await story.source.rows('SELECT pubname FROM pg_publication')).toEqual([]);
  await story.expectNothingLost('source', 0, 'the copy is gone');
});

/** The run waits for the cutover, and `act` befalls its topic; answers what the runner said when it ended. */
async function endedBy(
  name: string,
  seed: number,
  act: (kafka: kafkajs.Kafka, topic: string, story: ShopStory) => Promise<void>,
): Promise<string> {
  await using story = await openShopStory(name, seed);
  const runner = story.start(['run', planThrough(story, {cutover: {start: 'manual'}})]);
  await story.untilFact('everything is compared', isPhaseEnded('verify-data', 'done'));
  const [topic = ''] = await connectors();
  await act(new kafkajs.Kafka({brokers: [stack().broker.address], logLevel: kafkajs.logLevel.NOTHING}), topic, story);
  expect(await runner.ended).toBe(1);
  const words = runner.lastWords();
  expect(await story.type('abort', '--confirm', name, '--reason', 'the story')).toMatchObject({code: 0});
  await story.start(['resume']).ended;
  await expectNothingLeft();
  await story.expectNothingLost('source', 0, 'the copy is gone');
  return words;
}

test('a message that is not of Debezium ends the run, and nothing is skipped', {timeout: 300_000}, async () => {
  const words = await endedBy('poisoned', 43, async (kafka, topic) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({topic, messages: [{value: 'good morning'}]});
    await producer.disconnect();
  });
  expect(words).toMatch(/the message at crossfade_\w+ 0:\d+ is none that Debezium could have sent/);
});

test.each([
  ['retention.ms', '60000', /may lose messages: retention.ms is 60000/],
  ['cleanup.policy', 'compact', /may lose messages: cleanup.policy is compact/],
])('a topic that was told to forget, by %s, ends the run before it does (H-80, H-81)', {timeout: 300_000}, async (name, value, told) => {
  const words = await endedBy(`told-by-${name.replace('.', '-')}`, 47, async (kafka, topic) => {
    const admin = kafka.admin();
    await admin.connect();
    const resource = {type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{name, value}]};
    await admin.alterConfigs({validateOnly: false, resources: [resource]});
    await admin.disconnect();
  });
  expect(words).toMatch(told);
});

test('a column that is added while Debezium reads ends the run, and the source goes on serving (H-87)', {timeout: 300_000}, async () => {
  const words = await endedBy('altered', 53, (_kafka, _topic, story) => story.source.run('ALTER TABLE shop.orders ADD COLUMN note text'));
  expect(words).toMatch(/shop.orders/);
});
