/** Why rows had to be repaired: told by the stream's account, by a drill, or by nobody, which keeps the gate red (decision 0017). */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import type {RepairedRows} from '../../src/model/repair-cause.ts';
import {writeUnseen} from '../support/behind-our-back.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const compared = {gates: {cutover: ['checksum-match', 'approval']}};
const approve = (story: Story) => story.type('approve', 'approval', '--reason', 'the story', '--yes');
const inTheWindow = (story: Story) => story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
const failedWith = (story: Story, code: string) => story.untilFact(code, (fact) => fact.type === 'failed' && fact.code === code);
const acknowledge = (story: Story, ...reason: readonly string[]) => story.type('approve', 'checksum-match', ...reason, '--yes');
const isMatch =
  (go: boolean, evidence = /./) =>
  (fact: JournalFact) =>
    fact.type === 'gate-verdict' &&
    fact.verdict.gate === 'checksum-match' &&
    fact.verdict.go === go &&
    evidence.test(fact.verdict.evidence);

test('a run that was stopped by such a row is repaired without its runner, and goes on', async () => {
  await using story = await openLetters('stopped', {plan: compared});
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('equal', isMatch(true));
  await writeUnseen(story.target, `DELETE FROM post.visits WHERE person = 7`, `INSERT INTO post.visits VALUES ('2035-01-01', 1, 1)`);
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`, `INSERT INTO post.visits VALUES ('2035-01-01', 1, 2)`);
  expect(await runner.ended).toBe(1);
  await failedWith(story, 'CF-APPLY-001');
  expect(await story.start(['resume']).ended, 'it stands before the same change again').toBe(1);
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
  const healed = await story.type('verify', '--repair');
  expect(healed).toMatchObject({code: 0, output: expect.stringContaining('equal: ')});
  expect(healed.output, 'nobody has kept account of the stream').toMatch(
    /\(where the stream stopped\): 1 repaired, cause: unknown \(.*post\.visits/,
  );
  const repaired = (await story.facts()).length;
  const since = (wanted: (fact: JournalFact) => boolean) => async () => (await story.facts()).slice(repaired).some(wanted);
  story.start(['resume']);
  await untilTrue('equal, and still no-go', since(isMatch(false, /1 repaired rows of \(where the stream stopped\) have no known cause/)));
  expect(await story.type('status')).toMatchObject({output: expect.stringContaining('crossfade approve checksum-match --reason TEXT')});
  expect(await acknowledge(story), 'an acknowledgement has a reason').toMatchObject({code: 2});
  expect(await since(isMatch(true))()).toBe(false);
  expect(await acknowledge(story, '--reason', 'a job of ours on the target, it is gone')).toMatchObject({code: 0});
  await approve(story);
  await inTheWindow(story);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('a drill says which rows it has changed; they are seeded, and any other is not', async () => {
  await using story = await openLetters('drill', {plan: compared});
  story.start(['run', story.planFile]);
  await story.untilFact('equal', isMatch(true));
  await writeUnseen(
    story.target,
    `UPDATE post.visits SET visits = -1 WHERE person IN (7, 8)`,
    `DELETE FROM post.letters WHERE code = 'L003999'`,
  );
  const seeds = join(story.folder, 'seeds.jsonl');
  const rows = await story.target.rows(`SELECT day::text, person::text FROM post.visits WHERE person = 7`);
  writeFileSync(seeds, rows.map((key) => JSON.stringify({table: 'post.visits', key})).join('\n'));
  expect(await story.type('verify', '--seeded', seeds), 'nothing is repaired').toMatchObject({code: 2});
  const {output, code} = await story.type('verify', '--repair', '--seeded', seeds, '--json');
  expect(code).toBe(0);
  const {causes} = JSON.parse(output) as {causes: readonly RepairedRows[]};
  expect(causes.map(({table, cause, rows}) => `${table} ${cause} ${rows}`).toSorted()).toEqual([
    'post.letters not in the log 1',
    'post.visits not in the log 4',
    'post.visits seeded 4',
  ]);
  expect(causes.flatMap(({keys}) => keys)).toHaveLength(9);
  expect(
    (await story.facts()).filter(({type}) => type === 'repairing'),
    'on record before the rows were healed',
  ).toMatchObject([{causes}]);
  await approve(story);
  await inTheWindow(story);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});
