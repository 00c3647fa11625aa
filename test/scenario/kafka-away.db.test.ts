/** Kafka Connect is away for longer than anything waits for it, and topics forget: told while it lasts, and nothing is lost. */
import kafkajs from 'kafkajs';
import {expect} from 'vitest';
import {openFaultProxy} from '../support/fault-proxy.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {standing} from '../support/standing.ts';
import {isPhaseEnded, isPhaseStarted} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {postgresServer} from '../support/servers.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const status = async (story: ShopStory): Promise<string> => (await story.type('status', '--json')).output;
const connector = async (): Promise<string> => ((await (await fetch(`${stack().worker.url}/connectors`)).json()) as string[])[0] ?? '';

test('Kafka Connect is gone for the whole load: the source’s log is told meanwhile, and nothing is lost', {timeout: 300_000}, async () => {
  await using story = await openShopStory('connect-away', 71);
  const {runner, go} = await standing(story, 'step-intent initial-load/copy-chunks', ['run', writeKafkaPlan(story, stack())]);
  await stack().worker.kill9();
  go();
  await story.untilFact('the load has ended', isPhaseEnded('initial-load', 'done'));
  const told = /nothing comes from the source \(Kafka Connect at [^)]*\), which keeps its log itself meanwhile: [\d.]+\w*B so far/;
  await untilTrue('it is told', async () => told.test(await status(story)));
  await stack().worker.start();
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', 'connect-away');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  await story.expectNothingLost('target', 1);
});

/** As `status` tells it with each look. */
const SWALLOWED = /\(Kafka Connect at \S+ gave no answer: nothing within 2 s\), which keeps its log itself meanwhile: ([\d.]+\w*B) so far/;
const LOOKS = 3;

test('Kafka Connect swallows what it is asked: the source’s log is looked at all the while, and nothing is lost', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('connect-silent', 113);
  await using proxy = await openFaultProxy({port: Number(new URL(stack().worker.url).port)});
  const plan = writeKafkaPlan(story, stack(), {relay: {connect: proxy.through(stack().worker.url)}});
  const {runner, go} = await standing(story, 'step-intent initial-load/copy-chunks', ['run', plan]);
  proxy.set({kind: 'silent'});
  go();
  const figures = new Set<string | undefined>();
  await untilTrue('the source is looked at again and again', async () => {
    figures.add(SWALLOWED.exec(await status(story))?.[1]);
    return figures.size > LOOKS; // and none before the first
  });
  proxy.set(undefined);
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', 'connect-silent');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  await story.expectNothingLost('target', 1);
});

test('a connector that somebody pauses in the stream is told to go on', {timeout: 300_000}, async () => {
  await using story = await openShopStory('connect-paused', 73);
  const {runner, go} = await standing(story, 'phase-started verify-data', ['run', writeKafkaPlan(story, stack())]);
  const at = `${stack().worker.url}/connectors/${await connector()}`;
  expect((await fetch(`${at}/pause`, {method: 'PUT'})).status).toBe(202);
  go();
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', 'connect-paused');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  await story.expectNothingLost('target', 1);
});

test('for how long the topic has what is needed is forecast by plan, told by a gate and a metric (H-81)', {timeout: 300_000}, async () => {
  await using story = await openShopStory('topic-age', 79);
  const sections = {retention: {margin: '2h'}, gates: {cutover: ['retention', 'approval']}};
  const plan = writeKafkaPlan(story, stack(), {relay: {retention: '1h'}, sections});
  expect((await story.type('plan', plan)).output).toContain('keeps messages for 1h00m; copying the rows takes ~');
  story.start(['run', plan]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await untilTrue('the topic was looked at', async () => AGE.test((await story.type('metrics')).output));
  expect(await story.type('approve', 'approval', '--reason', 'the story', '--yes')).toMatchObject({code: 0});
  expect(await story.untilFact('the gates are green', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover')).toMatchObject({
    verdicts: expect.arrayContaining([
      expect.objectContaining({
        gate: 'retention',
        evidence: expect.stringMatching(/the log kept for the stream of the source is well: ~5\dm\d\ds left of retention\.ms/),
      }),
    ]),
  });
});

/** Of the hour less than ten minutes are over. */
const AGE = /^crossfade_room_seconds\{[^}]*side="source",kind="age",what="retention\.ms"\} 3[0-5]\d\d/m;

/** As retention does it, once messages are old enough. */
async function forget(topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({brokers: [stack().broker.address], logLevel: kafkajs.logLevel.NOTHING}).admin();
  await admin.connect();
  const [range] = await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset: range?.high ?? ''}]});
  await admin.disconnect();
}

test('a topic that forgets while the target serves: the way back is gone, and the way forward again (H-81)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('forgotten', 83);
  story.start(['run', writeKafkaPlan(story, stack())]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await story.killRunner();
  await forget(await connector());
  const runner = story.start(['resume']);
  await asked(story, 'reverse', 'forgotten');
  await opened(story, 'reverse-cutover', 1);
  await opened(story, 'cutover', 2);
  await asked(story, 'complete', 'forgotten');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  await story.expectNothingLost('target', 3);
});

/** Others on the server write all the time, so that its log hardly ever ends where a transaction of ours does. */
async function writeElsewhere(until: AbortSignal): Promise<void> {
  const other = await storyDatabase(await (await postgresServer({version: 17})).createDatabase());
  await other.run('CREATE TABLE noise (n int)');
  while (!until.aborted) await other.run('INSERT INTO noise VALUES (1)');
  await other.close();
}

/** Whoever may pass the fence does so again and again, until it is noticed. */
const BYPASS = ['ALTER TABLE shop.categories DISABLE TRIGGER ALL', `UPDATE shop.categories SET name = name || '.' WHERE id = 1`];

test('a topic that forgets while the target serves: the closed source is watched on from the present (H-81, H-103)', {
  timeout: 300_000,
}, async () => {
  await using story = await openShopStory('watched-on', 107);
  story.start(['run', writeKafkaPlan(story, stack())]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await story.killRunner();
  const noise = new AbortController();
  const elsewhere = writeElsewhere(noise.signal);
  await forget(await connector());
  const runner = story.start(['resume']);
  try {
    await untilTrue('the run has ended', async () => {
      await story.source.run(...BYPASS);
      return !runner.isRunning;
    });
  } finally {
    noise.abort();
    await elsewhere;
  }
  expect(runner.lastWords()).toContain('source is closed, and yet shop.categories was written there by somebody else');
});
