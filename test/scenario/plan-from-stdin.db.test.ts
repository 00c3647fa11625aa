/** A plan that never was a file, or is none any more: what runs is what was pinned, and the journal has it. */
import {spawn} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';

const WAITS_FOR_PEOPLE = 3;

/** `run -`, with the plan on stdin. */
function runPiped(story: Story, plan: string): Promise<number | null> {
  const words = ['src/cli/main.ts', 'run', '-', '--leave', '--state', join(story.folder, 'state')];
  const env = {...process.env, STORY_SOURCE: story.source.url, STORY_TARGET: story.target.url};
  const child = spawn(process.execPath, words, {env, stdio: ['pipe', 'ignore', 'inherit']});
  child.stdin?.end(plan);
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
}

test('a plan from stdin is run, resumed and verified; a file that is gone meanwhile is no obstacle either', async () => {
  await using story = await openLetters('piped', {plan: {schema: {kind: 'catalog'}, gates: {cutover: ['approval']}}});
  expect(await runPiped(story, readFileSync(story.planFile, 'utf8'))).toBe(WAITS_FOR_PEOPLE);
  expect(JSON.parse((await story.type('status', '--json')).output)).toMatchObject({plan: {file: '-'}, phase: 'cutover'});
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
  expect((await story.type('resume', '--leave')).code).toBe(WAITS_FOR_PEOPLE);
  expect(await story.type('verify')).toMatchObject({code: 0, output: expect.stringContaining('equal')});
  expect((await story.type('events', '--verify')).code).toBe(0);
  expect((await story.type('run', story.planFile, '--leave')).code).toBe(WAITS_FOR_PEOPLE);
  rmSync(story.planFile);
  expect((await story.type('resume', '--dry-run')).output).toBe('piped: would ask the gates of cutover\n');
  expect((await story.type('resume', '--leave')).code).toBe(WAITS_FOR_PEOPLE);
});
