/** The whole road of a migration by the real command line: forward, back, forward again, and the end. */
import {expect} from 'vitest';
import {isPhaseEnded, type Story} from './story.ts';
import {untilTrue} from './until.ts';

/** Called with the side that has just been opened, before the next turn. */
type OnOpen = (side: 'source' | 'target') => Promise<void>;

/** `name` is the plan's: the severe verbs ask for it. Plans of stories cut over by themselves. */
export async function thereAndBack(story: Story, name: string, planFile = story.planFile, onOpen: OnOpen = async () => {}): Promise<void> {
  const runner = story.start(['run', planFile]);
  const failed = runner.ended.then((code) => Promise.reject(new Error(`the runner ended with ${code}: ${runner.lastWords()}`)));
  failed.catch(() => undefined); // it ends by itself after the last turn
  await Promise.race([failed, opened(story, 'cutover', 1)]);
  await onOpen('target');
  await Promise.race([failed, asked(story, 'reverse', name)]);
  await Promise.race([failed, opened(story, 'reverse-cutover', 1)]);
  await onOpen('source');
  await Promise.race([failed, opened(story, 'cutover', 2)]);
  await onOpen('target');
  await asked(story, 'complete', name);
  expect(await runner.ended, runner.lastWords()).toBe(0);
}

const opened = (story: Story, phase: string, times: number): Promise<true> =>
  untilTrue(
    `${phase} ${times}; see ${story.folder}`,
    async () => (await story.facts()).filter(isPhaseEnded(phase, 'done')).length >= times,
  );

/** Refused until the window is open. */
const asked = (story: Story, verb: string, name: string): Promise<true> =>
  untilTrue(verb, async () => (await story.type(verb, '--confirm', name, '--reason', 'the story')).code === 0);
