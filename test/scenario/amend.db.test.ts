/** A plan that is changed on purpose while its migration is running: recorded with who, why and what; never in silence. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {entriesIn, loseState, stateOf} from '../support/lost-state.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const USAGE = 2;
const PLAN = {gates: {cutover: ['replication-lag', 'approval']}, cutover: {start: 'manual', stallBudget: '8s'}};
const AMENDED = {
  cutover: {start: 'auto', stallBudget: '9s'},
  target: {engine: 'postgres', url: 'env:STORY_TARGET', tls: {mode: 'disable'}},
};
const approve = (story: Story) =>
  untilTrue('the approval', async () => (await story.type('approve', 'approval', '--reason', 'the story', '--yes')).code === 0);
const verdicts = async (story: Story) => (await story.facts()).filter(({type}) => type === 'gate-verdict');
const amend = (story: Story, ...more: readonly string[]) =>
  story.type('amend', story.planFile, '--reason', 'the release is tonight', '--yes', ...more);

/** Waits before the cutover with its approval given, and nobody at work. */
async function openApproved(name: string): Promise<Story> {
  const story = await openLetters(name, {plan: PLAN});
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await approve(story);
  await story.untilFact('green gates', ({type}) => type === 'gates-passed');
  story.writePlan('plan.yaml', AMENDED);
  expectRefused(await amend(story, '--json'), 'CF-VERB-001', USAGE, 'at work');
  expect(runner.isRunning).toBe(true);
  await runner.kill9();
  return story;
}

test('an amendment is recorded with its reason and difference, voids the approval, and is what the run goes on with', async () => {
  await using story = await openApproved('amended');
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-PLAN-002', USAGE, 'crossfade amend');
  const before = await entriesIn(stateOf(story));
  expect(await amend(story, '--dry-run')).toMatchObject({code: 0, error: expect.stringContaining('cutover.start: "manual" -> "auto"')});
  expect((await story.type('amend', story.planFile, '--yes')).code, 'without a reason').toBe(USAGE);
  expect(await entriesIn(stateOf(story))).toEqual(before);
  expect(await amend(story)).toMatchObject({code: 0});
  expect((await story.facts()).at(-1)).toMatchObject({
    type: 'plan-amended',
    reason: 'the release is tonight',
    actor: {kind: 'person', name: expect.any(String)},
    diff: '~ cutover.stallBudgetMs: 8000 -> 9000\n~ cutover.start: "manual" -> "auto"\n+ target.tls.mode: "disable"',
  });
  expect(JSON.parse((await story.type('status', '--json')).output)).toMatchObject({phase: 'cutover'});
  const seen = (await verdicts(story)).length;
  story.start(['resume']);
  await untilTrue('the gates are asked anew', async () =>
    (await verdicts(story))
      .slice(seen)
      .some((fact) => fact.type === 'gate-verdict' && fact.verdict.gate === 'approval' && !fact.verdict.go),
  );
  await approve(story);
  await story.untilFact('the reverse window, without the word of anybody', isPhaseStarted('reverse-window'));
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test.each([
  ['scope', {scope: {tables: ['post.*'], exclude: ['post.stamps']}}, 'the copy was planned for them'],
  ['source', {source: {engine: 'postgres', url: 'env:STORY_ELSEWHERE'}}, 'the stream, its position'],
  ['schema', {schema: {kind: 'catalog'}}, 'the target was made by it'],
] as const)('what the copy rests on cannot be amended: %s', async (field, sections, why) => {
  await using story = await openLetters(`fixed-${field}`, {plan: PLAN});
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2}, ['run', story.planFile]);
  const before = await entriesIn(stateOf(story));
  story.writePlan('plan.yaml', sections);
  expectRefused(await amend(story, '--json'), 'CF-PLAN-002', USAGE, `${field}: `);
  expect((await amend(story)).error).toContain(why);
  expect(await entriesIn(stateOf(story))).toEqual(before);
  story.writePlan('plan.yaml', {});
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
});

test('another order of the keys and a comment are no change', async () => {
  await using story = await openApproved('reordered');
  story.writePlan('plan.yaml', {});
  const lines = readFileSync(story.planFile, 'utf8');
  writeFileSync(story.planFile, `# a word\n${lines.replace('start: manual\n  stallBudget: 8s', 'stallBudget: 8s\n  start: manual')}`);
  expect(await amend(story)).toMatchObject({code: 0, output: expect.stringContaining('nothing was changed')});
});

/** The databases learn of an amendment from the next runner. */
test('the state is lost between the amendment and the resume: the run stands at its old plan, and is amended again', async () => {
  await using story = await openApproved('amended-lost');
  expect(await amend(story)).toMatchObject({code: 0});
  loseState(story);
  expect(await story.type('adopt', story.planFile)).toMatchObject({code: 0});
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-PLAN-002', USAGE, 'crossfade amend');
  expect(await amend(story)).toMatchObject({code: 0});
  await story.killAt({kind: 'sql.reply', label: 'apply forward'});
  loseState(story);
  expect(await story.type('adopt', story.planFile)).toMatchObject({code: 0});
  expect((await story.facts()).filter(({type}) => type === 'plan-amended')).toHaveLength(1);
  story.start(['resume']);
  await approve(story);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
});
