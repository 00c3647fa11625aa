/** Several workers of one run: one works, the others stand by; whoever is killed or sleeps is replaced, and nothing is lost or applied twice. */
import {readFileSync} from 'node:fs';
import {expect} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import type {Interruption} from '../support/runner-effects.ts';
import {openShopStory} from '../support/shop-story.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const killedAt = (label: string): Interruption => ({kind: 'journal.write', label, act: 'kill'});

/** The processes that have held the run so far, in turn. */
const holders = async (story: Story): Promise<readonly number[]> =>
  (await story.facts()).flatMap((fact) => (fact.type === 'runner-started' ? [fact.pid] : []));

const works = (story: Story, turn: number): Promise<unknown> =>
  untilTrue(`worker ${turn} works`, async () => (await holders(story)).length === turn);

const standsBy = (story: Story, times: number): Promise<unknown> =>
  untilTrue('one stands by', () => readFileSync(story.log, 'utf8').split('stands by: ').length > times);

const isKilled = async (worker: Crossfade): Promise<void> => {
  await untilTrue('it is killed', () => !worker.isRunning);
  expect(await worker.ended, worker.lastWords()).toBeNull();
};

const END_SESSIONS = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade%'`;

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
  const [asleep] = (await holders(story)).slice(-1);
  if (asleep === undefined) throw new Error('nobody holds the run');
  process.kill(asleep, 'SIGSTOP');
  for (const side of [story.source, story.target]) await side.run(END_SESSIONS);
  await works(story, 4);
  process.kill(asleep, 'SIGCONT');
  await standsBy(story, 3);

  await asked(story, 'complete', 'taking-turns');
  for (const worker of [third, fourth]) expect(await worker.ended, worker.lastWords()).toBe(0);
  expect(new Set(await holders(story)).size).toBe(4);
  await story.expectNothingLost('target', 1);
});
