/** The broker, or the source itself, is gone at once while Debezium and Kafka lie between: in the load, in the stream, at the steps of a cutover. */
import {readFileSync} from 'node:fs';
import {expect} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {kafkaTest as test, stack} from '../support/kafka-of-file.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {openShopStory} from '../support/shop-story.ts';
import {ownServer, standing} from '../support/standing.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;

const brokenOff = (story: Story): Promise<unknown> =>
  untilTrue('the stream has broken off', () => readFileSync(story.log, 'utf8').includes('forward stream broke off'));
const cutoverEnds = (outcome: 'back' | 'done') => async (story: Story) =>
  expect(await story.untilFact('the cutover has ended', isPhaseEnded('cutover'))).toMatchObject({outcome});

/** A run that has ended with an error is begun again, as an operator would. */
async function untilComplete(story: Story, name: string, first: Crossfade): Promise<void> {
  let runner = first;
  const opened = story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  const isOpen = opened.then(() => true);
  while (!(await Promise.race([isOpen, runner.ended.then(() => false)]))) runner = story.start(['resume']);
  await asked(story, 'complete', name);
  expect(await runner.ended, runner.lastWords()).toBe(0);
}

test.each([
  ['in the load', 'step-intent initial-load/copy-chunks', brokenOff],
  ['in the stream', 'phase-started verify-data', brokenOff],
  // Before the fence and its mark, which would come through in the moment until the broker is gone.
  ['when the source is closed', 'step-intent cutover/raise-fence', cutoverEnds('back')],
  ['before the decision', 'step-intent cutover/decide', cutoverEnds('done')],
] as const)('the broker is killed %s, and is there again when the run has met it: nothing is lost', {timeout: 300_000}, async (...at) => {
  const [when, label, isMet] = at;
  const name = `broker-killed-${when.replaceAll(' ', '-')}`;
  await using story = await openShopStory(name, 61);
  const {runner, go} = await standing(story, label, ['run', writeKafkaPlan(story, stack())]);
  await stack().broker.kill9();
  go();
  try {
    await isMet(story);
  } finally {
    await stack().broker.start();
  }
  await untilComplete(story, name, runner);
  await story.expectNothingLost('target', 1);
});

test.each([
  ['in the stream', 'phase-started verify-data'],
  ['when it is closed', 'step-outcome cutover/raise-fence'],
  ['before the decision', 'step-intent cutover/decide'],
  ['after the decision', 'step-outcome cutover/decide'],
])(
  'the source is killed %s, the run ends, and is resumed when it is there again: nothing is lost',
  {timeout: 300_000},
  async (when, label) => {
    const name = `source-killed-${when.replaceAll(' ', '-')}`;
    await using source = await ownServer({version: 17});
    await using story = await openShopStory(name, 67, {}, {source});
    const {runner, go} = await standing(story, label, ['run', writeKafkaPlan(story, stack())]);
    await source.kill9();
    go();
    expect(await runner.ended).toBe(FAILED);
    await source.restart();
    await story.reopen('source');
    await untilComplete(story, name, runner);
    await story.expectNothingLost('target', 1);
  },
);
