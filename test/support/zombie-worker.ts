/** A worker of Kafka Connect stands still in the middle of a transaction, another one takes the connector over, and the first wakes up and sends on. */
import {expect} from 'vitest';
import type {KafkaConnect} from '../../examples/stack/kafka-server.ts';
import type {KilledStory} from './kafka-kills.ts';
import {writeKafkaPlan} from './kafka-plan.ts';
import {secondWorker, watchTopic} from './second-worker.ts';
import {isPhaseEnded} from './story.ts';
import {asked} from './there-and-back.ts';
import {until, untilTrue} from './until.ts';

const WAITS = {gates: {cutover: ['replication-lag', 'checksum-match', 'approval']}};
/** So many rows of it are in the topic, and far more are not. */
const BEGUN_ROWS = 200;

type Status = {readonly tasks?: readonly {readonly state: string; readonly worker_id: string}[]};

/** The worker that runs the connector's task, as `at` knows it; undefined while none does. */
async function runningAt(at: KafkaConnect, connector: string, workers: readonly KafkaConnect[]): Promise<KafkaConnect | undefined> {
  const {tasks} = (await (await fetch(`${at.url}/connectors/${connector}/status`)).json()) as Status;
  return workers.find(({url}) => tasks?.[0]?.state === 'RUNNING' && url.endsWith(tasks[0].worker_id));
}

/**
 * `bulk`: one transaction of many thousand rows on the source, whose server ends a sleeper's session soon where it has one alone.
 * `newer`: another one of the same rows, which the late sender's images must not take back.
 */
export async function workerSleepsAndWakes(
  {story, name, stack}: KilledStory,
  {bulk, newer}: {readonly bulk: readonly string[]; readonly newer: readonly string[]},
): Promise<void> {
  await using second = await secondWorker(stack);
  const workers = [stack.worker, second];
  const runner = story.start(['run', writeKafkaPlan(story, stack, {sections: WAITS})]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  const connector = ((await (await fetch(`${second.url}/connectors`)).json()) as string[])[0] ?? '';
  const sleeper = await until('the connector runs', () => runningAt(second, connector, workers));
  const other = sleeper === second ? stack.worker : second;
  await using topic = watchTopic(stack, connector);

  await story.source.run(...bulk);
  const begun = await until('it is being sent', () => inTheMiddle(topic.sent));
  process.kill(sleeper.pid, 'SIGSTOP');
  try {
    await untilTrue('the other worker has it', async () => (await runningAt(other, connector, workers)) === other);
    await untilTrue('the other one has sent it', () => topic.sent.some(({transaction, kind}) => transaction === begun && kind === 'end'));
    const before = topic.sent.length;
    await story.source.run(...newer);
    await untilTrue('and what is newer', () =>
      topic.sent.slice(before).some(({transaction, kind}) => transaction !== begun && kind === 'end'),
    );
  } finally {
    process.kill(sleeper.pid, 'SIGCONT');
  }
  const woken = topic.sent.length;
  await untilTrue('the first sends on', () => topic.sent.slice(woken).some(({transaction}) => transaction === begun));

  expect(await story.type('approve', 'approval', '--reason', 'the story', '--yes')).toMatchObject({code: 0});
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', name);
  expect(await runner.ended, runner.lastWords()).toBe(0);
}

/** The transaction that has begun, with many rows and no end. */
function inTheMiddle(sent: readonly {readonly transaction: string; readonly kind: string}[]): string | undefined {
  const last = sent.findLast(({kind}) => kind === 'begin')?.transaction;
  const rows = sent.filter(({transaction, kind}) => transaction === last && kind === 'row').length;
  return rows >= BEGUN_ROWS && sent.at(-1)?.kind === 'row' ? last : undefined;
}
