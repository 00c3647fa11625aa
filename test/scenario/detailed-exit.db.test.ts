/** `plan --detailed-exitcode` for scripts: before a run, after it, and where something is wrong. */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {untilTrue} from '../support/until.ts';
import {isPhaseEnded} from '../support/story.ts';

test('2 while something is to be done, 0 when the run is complete, 1 where nobody can say', async () => {
  await using story = await openLetters('detailed', {
    plan: {gates: {cutover: ['replication-lag']}, cutover: {start: 'auto', stallBudget: '8s'}, reverse: {window: '0s'}},
  });
  const codeOf = async (...words: readonly string[]) => (await story.type('plan', ...words, '--detailed-exitcode', '-q')).code;
  expect(await codeOf(story.planFile)).toBe(2);
  expect(await codeOf('nowhere.yaml')).toBe(1);
  expect((await story.type('plan', 'nowhere.yaml')).code).toBe(2);
  expect(await codeOf(story.writePlan('wrong.yaml', {scope: {tables: ['post.nothing']}}))).toBe(1);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  expect(await codeOf(story.planFile), 'under way').not.toBe(0);
  await untilTrue('complete is heard', async () => (await story.type('complete', '--confirm', 'detailed')).code === 0);
  await story.untilFact('the end', isPhaseEnded('decommission', 'done'));
  await runner.ended;
  expect(await story.type('plan', story.planFile, '--detailed-exitcode')).toMatchObject({
    code: 0,
    output: expect.stringContaining('detailed is complete: nothing is left to do\n'),
  });
});
