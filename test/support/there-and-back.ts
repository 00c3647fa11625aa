/** The whole road of a migration by the real command line: forward, back, forward again, and the end. */
import {expect} from 'vitest';
import {isPhaseEnded, type Story} from './story.ts';
import {DEAR_POLL_MS, untilTrue} from './until.ts';

/** Called with the side that has just been opened, before the next turn. */
type OnOpen = (side: 'source' | 'target') => Promise<void>;

/** `name` is the plan's: the severe verbs ask for it. Plans of stories cut over by themselves. */
export async function thereAndBack(
  story: Story,
  name: string,
  planFile = story.planFile,
  onOpen: OnOpen = async () => {},
  flags: readonly string[] = [],
): Promise<void> {
  const runner = story.start(['run', planFile, ...flags]);
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

export const opened = (story: Story, phase: string, times: number): Promise<unknown> =>
  story.untilFact(`${phase} ${times}`, isPhaseEnded(phase, 'done'), times);

/** Refused until its time has come; when that never comes, the last refusal says why. */
export async function asked(story: Story, verb: string, name: string): Promise<void> {
  let refusal = '';
  const isTaken = async (): Promise<boolean> => {
    const {code, error} = await story.type(verb, '--confirm', name, '--reason', 'the story');
    refusal = error;
    return code === 0;
  };
  await untilTrue(verb, isTaken, DEAR_POLL_MS).catch((cause: unknown) => {
    throw new Error(`${verb} was never taken: ${refusal}`, {cause});
  });
}
