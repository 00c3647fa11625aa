/** What is killed while Debezium and Kafka lie between, and how the run comes through it; for any engine of the source. */
import {readFileSync} from 'node:fs';
import {expect} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {errorText} from '../../src/model/errors.ts';
import {writeKafkaPlan} from './kafka-plan.ts';
import type {OwnKafkaStack} from './kafka-servers.ts';
import {standing} from './standing.ts';
import {isPhaseEnded, type Story} from './story.ts';
import {asked} from './there-and-back.ts';
import {untilTrue} from './until.ts';

export type KilledStory = {
  readonly story: Story;
  /** Of the plan. */
  readonly name: string;
  readonly stack: OwnKafkaStack;
};

const FAILED = 1;

/** What tells that the run has met it. */
type Met = (story: Story) => Promise<unknown>;

export const brokenOff: Met = (story) =>
  untilTrue('the stream has broken off', () => readFileSync(story.log, 'utf8').includes('forward stream broke off'));
export const cutoverEnds =
  (outcome: 'back' | 'done'): Met =>
  async (story) =>
    expect(await story.untilFact('the cutover has ended', isPhaseEnded('cutover'))).toMatchObject({outcome});

/** A run that has ended with an error is begun again, as an operator would. */
async function untilComplete({story, name}: KilledStory, first: Crossfade): Promise<void> {
  let runner = first;
  const opened = story.untilFact('the target is open', isPhaseEnded('cutover', 'done')).catch((error: unknown) => {
    throw new Error(`${errorText(error).split('\n')[0]}: ${runner.lastWords().replaceAll('\n', ' | ')}`, {cause: error});
  });
  const isOpen = opened.then(() => true);
  while (!(await Promise.race([isOpen, runner.ended.then(() => false)]))) runner = story.start(['resume']);
  await asked(story, 'complete', name);
  expect(await runner.ended, runner.lastWords()).toBe(0);
}

const beginsStanding = ({story, stack}: KilledStory, label: string): ReturnType<typeof standing> =>
  standing(story, label, ['run', writeKafkaPlan(story, stack)]);

/** The broker is gone from there until the run has met it. */
export async function brokerKilledAt(label: string, isMet: Met, killed: KilledStory): Promise<void> {
  const {story, stack} = killed;
  const {runner, go} = await beginsStanding(killed, label);
  await stack.broker.kill9();
  go();
  try {
    await isMet(story);
  } finally {
    await stack.broker.start();
  }
  await untilComplete(killed, runner);
}

/** The source's server is gone from there until the run has ended. */
export async function sourceKilledAt(
  label: string,
  source: {kill9(): Promise<void>; restart(): Promise<void>},
  killed: KilledStory,
): Promise<void> {
  const {story} = killed;
  const {runner, go} = await beginsStanding(killed, label);
  await source.kill9();
  go();
  expect(await runner.ended).toBe(FAILED);
  await source.restart();
  await story.reopen('source');
  await untilComplete(killed, runner);
}

/** Kafka Connect is gone when the source is closed, the runner when that was called off, and a worker in its place at the decision. */
export async function oneAfterTheOtherKilled({story, name, stack}: KilledStory): Promise<void> {
  const {runner, go} = await beginsStanding({story, name, stack}, 'step-intent cutover/raise-fence');
  await stack.worker.kill9();
  go();
  try {
    await cutoverEnds('back')(story);
    await runner.kill9();
  } finally {
    await stack.worker.start();
  }
  await story.killAt({kind: 'journal.write', label: 'step-outcome cutover/decide'}, ['worker']);
  const second = story.start(['worker']);
  await story.untilFact('the target is open', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', name);
  expect(await second.ended, second.lastWords()).toBe(0);
}
