/** Several workers of one run: one works, the others stand by; whoever is killed or sleeps is replaced, and nothing is lost or applied twice. */
import {readFileSync} from 'node:fs';
import {expect} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {fallAsleep} from '../support/asleep.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import type {Interruption} from '../support/runner-effects.ts';
import {openShopStory} from '../support/shop-story.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const killedAt = (label: string): Interruption => ({kind: 'journal.write', label, act: 'kill'});

const works = (story: Story, turn: number): Promise<unknown> =>
  untilTrue(`worker ${turn} works`, async () => (await story.facts()).filter(({type}) => type === 'runner-started').length === turn);

/** As `status` says it. */
const holder = async (story: Story): Promise<string> => {
  const started = (await story.facts()).flatMap((fact) => (fact.type === 'runner-started' ? [fact] : [])).at(-1);
  return `${started?.holder}@${started?.host}, pid ${started?.pid}`;
};

const standsBy = (story: Story, times: number): Promise<unknown> =>
  untilTrue('one stands by', () => readFileSync(story.log, 'utf8').split('stands by: ').length > times);

const isKilled = async (worker: Crossfade): Promise<void> => {
  await untilTrue('it is killed', () => !worker.isRunning);
  expect(await worker.ended, worker.lastWords()).toBeNull();
};

test('killed in the load and in the cutover, asleep while the target serves: the next one takes over', {timeout: 300_000}, async () => {
  await using story = await openShopStory('taking-turns', 109);
  const plan = writeKafkaPlan(story, stack());
  const first = story.start(['run', plan], killedAt('step-intent initial-load/copy-chunks'));
  await isKilled(first);
  const second = story.start(['worker'], killedAt('step-outcome cutover/raise-fence'));
  await works(story, 2);
  const third = story.start(['worker']);
  await standsBy(story, 1);
  await isKilled(second);
  await story.untilFact('the target serves', isPhaseStarted('reverse-window'));

  const fourth = story.start(['worker']);
  await standsBy(story, 2);
  expect((await story.type('worker', '--dry-run')).output).toContain(`would stand by: ${await holder(story)} works, since `);
  if (third.pid === undefined) throw new Error('it was never started');
  await fallAsleep(story, third.pid);
  await works(story, 4);
  process.kill(third.pid, 'SIGCONT');
  await standsBy(story, 3);

  // Whoever is told to leave leaves the run to the next one, which has worked before.
  await fourth.stop();
  expect(await fourth.ended).toBe(143);
  await works(story, 5);
  const fifth = story.start(['worker']);
  await standsBy(story, 4);
  await asked(story, 'complete', 'taking-turns');
  for (const worker of [third, fifth]) expect(await worker.ended, worker.lastWords()).toBe(0);
  await story.expectNothingLost('target', 1);
});
