/** From MySQL to PostgreSQL through Debezium and Kafka, under live writes (docs/decisions/0033). */
import {afterAll, expect, test as always} from 'vitest';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {ownKafkaStack} from '../support/kafka-servers.ts';
import {CUTOVER_STEPS, walkWithKills} from '../support/killed-walk.ts';
import {openMovedStory} from '../support/moved-story.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {optional} from '../support/servers.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const [mysql] = await hadServers();
const had = mysql?.server && (await optional(ownKafkaStack));
const test = always.skipIf(!had);
afterAll(async () => had?.[Symbol.asyncDispose]());

/** Of the tests that run only where there are both. */
const world = () => {
  if (!had || !mysql) throw new Error('there is no Kafka or no MySQL');
  return {...had, mysql};
};

const planThrough = (story: Story, client = 'kafkajs'): string => writeKafkaPlan(story, world(), {client});

const killed = async (): Promise<void> => {
  const {worker} = world();
  await worker.kill9();
  await worker.start();
};

const expectNothingLeft = async (): Promise<void> =>
  expect(await (await fetch(`${world().worker.url}/connectors`)).json(), 'left behind').toEqual([]);

/** Servers, Debezium and clients share one machine here: they are not to write more than can be read beside that. */
const PAUSE_MS = 40;

test('there, back and there again, with the worker killed on each side, and nothing is lost', {timeout: 600_000}, async () => {
  await using moved = await openMovedStory(world().mysql, 'mysql-kafka', {pauseMs: PAUSE_MS});
  const plan = planThrough(moved.story);
  expect((await moved.story.type('plan', plan)).output).toMatch(/start-relay: make the topics crossfade_/);
  await thereAndBack(moved.story, 'mysql-kafka', plan, killed);
  await moved.expectNothingLost();
  await expectNothingLeft();
});

test('the runner is killed in every phase and at the steps of both cutovers, and Debezium between them', {timeout: 900_000}, async () => {
  await using moved = await openMovedStory(world().mysql, 'mysql-kafka-killed', {pauseMs: PAUSE_MS});
  const {story} = moved;
  const loaded = story.untilFact('the load has ended', isPhaseEnded('initial-load', 'done')).then(killed);
  await walkWithKills(story, 'mysql-kafka-killed', planThrough(story, 'platformatic'), CUTOVER_STEPS);
  await loaded;
  await moved.expectNothingLost();
  await expectNothingLeft();
});
