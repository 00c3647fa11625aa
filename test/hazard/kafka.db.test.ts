/** What Kafka itself can do to a stream: readers that were believed dead, and rows that are larger than a message. */
import {expect} from 'vitest';
import {ConnectCluster} from '../../src/relay/connect-cluster.ts';
import {ExactNumber} from '../../src/relay/exact-json.ts';
import {KafkajsClient} from '../../src/relay/kafkajs.ts';
import {fallAsleep} from '../support/asleep.ts';
import {realEffects} from '../support/effects.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseEnded} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const WAITS = {gates: {cutover: ['replication-lag', 'checksum-match', 'approval']}};
const atTheGate = (story: ShopStory) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');

/** Whoever waits at the gate goes all the way from here. */
async function toTheEnd(story: ShopStory, name: string, ended: Promise<number | null>): Promise<void> {
  expect(await story.type('approve', 'approval', '--reason', 'the story', '--yes')).toMatchObject({code: 0});
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', name);
  expect(await ended).toBe(0);
  await story.expectNothingLost('target', 1);
}

test('a runner that reads the topic sleeps, another one goes on, and the first wakes up: nothing is applied twice (H-84)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('sleeping-reader', 89);
  const sleeper = story.start(['run', writeKafkaPlan(story, stack(), {sections: WAITS})]);
  await atTheGate(story);
  const [first] = (await story.facts()).flatMap((fact) => (fact.type === 'runner-started' ? [fact.pid] : []));
  if (first === undefined) throw new Error('no runner has started');
  await fallAsleep(story, first);
  const successor = story.start(['resume']);
  const runners = async () => (await story.facts()).filter(({type}) => type === 'runner-started').length;
  await untilTrue('a second runner is at work', async () => (await runners()) === 2);
  process.kill(first, 'SIGCONT');
  expect(await sleeper.ended).not.toBe(0);
  await toTheEnd(story, 'sleeping-reader', successor.ended);
});

test('a connector whose stored offset is gone goes on at its slot, which is further than it knows: nothing is missing (H-83)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('lost-offsets', 107);
  const runner = story.start(['run', writeKafkaPlan(story, stack(), {sections: WAITS})]);
  await atTheGate(story);
  if (runner.pid === undefined) throw new Error('no runner has started');
  process.kill(runner.pid, 'SIGSTOP'); // awake it would tell the connector to go on
  await loseOffsets(stack().worker.url, runner.pid);
  await toTheEnd(story, 'lost-offsets', runner.ended);
});

async function onlyConnector(url: string): Promise<{readonly connect: ConnectCluster; readonly name: string}> {
  const [name = ''] = (await (await fetch(`${url}/connectors`)).json()) as readonly string[];
  return {connect: new ConnectCluster(url, realEffects()), name};
}

async function stopped(connect: ConnectCluster, name: string): Promise<void> {
  await connect.stop(name);
  await untilTrue('the connector is stopped', async () => (await connect.status(name)).state === 'stopped');
}

/** Of the only connector, which has told its slot by then how far it has come. The runner is awake when it goes on. */
async function loseOffsets(url: string, runner: number): Promise<void> {
  const {connect, name} = await onlyConnector(url);
  await stopped(connect, name);
  await connect.resetOffsets(name);
  process.kill(runner, 'SIGCONT');
  await connect.resume(name);
}

test('a connector that goes on in the middle of a transaction and tells its slot of it: the rest comes from the kept place (H-83)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('torn', 109);
  const runner = story.start(['run', writeKafkaPlan(story, stack(), {sections: WAITS})]);
  await atTheGate(story);
  if (runner.pid === undefined) throw new Error('no runner has started');
  process.kill(runner.pid, 'SIGSTOP'); // awake it would have the rest sent before the slot has left it
  await tear(story);
  process.kill(runner.pid, 'SIGCONT');
  await toTheEnd(story, 'torn', runner.ended);
});

/** The connector stops while it sends one transaction, and goes on behind what it had stored, up to the end. */
async function tear({source}: ShopStory): Promise<void> {
  const {connect, name} = await onlyConnector(stack().worker.url);
  const broker = new KafkajsClient({brokers: [stack().broker.address], clientId: 'tear'}, realEffects());
  const end = async (): Promise<bigint> => (await broker.offsets(name))?.[0]?.end ?? 0n;
  const lsn = async (): Promise<bigint> => BigInt((await source.value(`SELECT (pg_current_wal_lsn() - '0/0')::text`)) ?? 0);
  const stored = async (): Promise<bigint> => {
    const place = (await connect.offsets(name))[0]?.offset?.['lsn_proc'];
    return place instanceof ExactNumber ? BigInt(place.text) : 0n;
  };
  let isTorn = false;
  // It may have sent all of it before it stops: then a longer one.
  for (let times = 50; !isTorn; times *= 2) {
    const begin = await lsn();
    await source.run(`DO $$ BEGIN FOR i IN 1..${times} LOOP UPDATE shop.customers SET name = name; END LOOP; END $$`);
    const commit = await lsn();
    const before = await end();
    await untilTrue('some of it is in the topic', async () => (await end()) > before + 1000n);
    await stopped(connect, name);
    const place = await stored();
    isTorn = place > begin && place < commit;
    await connect.resume(name);
    await untilTrue('the slot has passed it', async () => (await stored()) > commit);
  }
  await broker.close();
}

/** Longer by a third on its way. */
const LARGE = `UPDATE shop.products SET photo = decode(repeat('ab', 20 * 1024 * 1024), 'hex') WHERE sku = (SELECT min(sku) FROM shop.products)`;

test('a row of 20 MiB travels where the plan lets it (H-86)', {timeout: 300_000}, async () => {
  await using story = await openShopStory('large-row', 101);
  const runner = story.start(['run', writeKafkaPlan(story, stack(), {relay: {messageMax: '64MiB'}, sections: WAITS})]);
  await atTheGate(story);
  await story.source.run(LARGE);
  const length = 'SELECT max(length(photo)) FROM shop.products';
  await untilTrue('it is on the target', async () => (await story.target.value(length)) === String(20 * 1024 * 1024));
  await toTheEnd(story, 'large-row', runner.ended);
});

test('a row that is larger than the plan’s messages ends the run by name, and nothing is skipped (H-86)', {timeout: 300_000}, async () => {
  await using story = await openShopStory('too-large-row', 103);
  const runner = story.start(['run', writeKafkaPlan(story, stack(), {sections: WAITS})]);
  await atTheGate(story);
  await story.source.run(LARGE);
  expect(await runner.ended).toBe(1);
  expect(runner.lastWords()).toMatch(/a row does not fit into a message: .*16777216/);
  expect(await story.type('abort', '--confirm', 'too-large-row', '--reason', 'the story')).toMatchObject({code: 0});
  await story.start(['resume']).ended;
  await story.expectNothingLost('source', 0, 'the copy is gone');
});
