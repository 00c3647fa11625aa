/** What statements cost on the target after the switch, beside what they cost on the source: two servers of two versions that count them. */
import {expect, test} from 'vitest';
import type {StatementComparison} from '../../src/model/statement-comparison.ts';
import type {Report} from '../../src/report/report.ts';
import {openLetters} from '../support/letters.ts';
import {postgresServer} from '../support/servers.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import type {StoryDatabase} from '../support/story-database.ts';

const USAGE = 2;
const CALLS = 12;
const settings = {shared_preload_libraries: 'pg_stat_statements'};

const stampOf = (body: string): string =>
  `CREATE OR REPLACE FUNCTION post.stamp_of(post.code) RETURNS text LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN 'stamp'; END $$`;

/** As an application would: the same texts on both sides, and other values each time. */
const work = async (side: StoryDatabase): Promise<void> => {
  for (let i = 1; i <= CALLS; i++)
    await side.run(
      `SELECT subject, post.stamp_of(code) FROM post.letters WHERE code = 'L${String(i).padStart(6, '0')}'`,
      `SELECT subject FROM post.letters WHERE sender = ${i} AND subject <> 'planted ${i}'`,
      `SELECT name FROM post.people WHERE id IN (${Array.from({length: i}, (_, id) => id + 1).join(', ')}) AND name <> 'planted ${i}'`,
    );
};

const compared = async (story: Story): Promise<StatementComparison> => {
  const {code, output, error} = await story.type('statements', '--json');
  expect(code, error).toBe(0);
  return JSON.parse(output) as StatementComparison;
};

test('a statement that is slower on the target is named with both figures and its plan; one that is not, is not', async () => {
  const on = {source: await postgresServer({version: 17, settings}), target: await postgresServer({version: 18, settings})};
  await using story = await openLetters('slower', {on});
  for (const side of [story.source, story.target]) await side.run('CREATE EXTENSION pg_stat_statements');
  await story.source.run(stampOf(''));
  await work(story.source);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  expect(await compared(story), 'nothing has come yet').toMatchObject({compared: 0, slower: [], plans: {worse: []}});

  await story.target.run(stampOf('PERFORM pg_sleep(0.03);'), 'DROP INDEX post.letters_sender');
  const noIndex = {
    text: 'SELECT subject FROM post.letters WHERE sender = ? AND subject <> ?',
    found: [{kind: 'index-missing', table: 'post.letters', index: 'letters_sender', of: 'btree (sender)'}],
  };
  expect((await compared(story)).plans, 'before a call has come').toMatchObject({worse: [noIndex]});
  await work(story.target);
  const found = await compared(story);
  const slow = {
    text: 'SELECT subject, post.stamp_of(code) FROM post.letters WHERE code = ?',
    source: {calls: CALLS, meanMs: expect.any(Number)},
    target: {calls: CALLS, meanMs: expect.any(Number)},
    plan: expect.stringContaining('letters_pkey'),
  };
  expect(found).toMatchObject({compared: 3, slower: [slow]});
  expect((await story.type('statements')).output).toMatch(
    /1 of 3 statements are slower[^]*times slower: source [\d.]+ ms × 12, target 3\d[\d.]* ms × 12[^]*letters_sender, which the target does not have/,
  );

  expect(await story.type('complete', '--confirm', 'slower')).toMatchObject({code: 0});
  expect(await runner.ended, runner.lastWords()).toBe(0);
  const {statements} = JSON.parse((await story.type('report', '--json')).output) as Report;
  expect(statements?.comparison).toMatchObject({compared: 3, slower: [slow]});
  expect(statements?.comparison.plans).toMatchObject({worse: [noIndex]});
  expect(JSON.stringify(await story.facts())).not.toContain('planted');
  expectRefused(await story.type('statements', '--json'), 'CF-VERB-001', USAGE, 'after a cutover');
});

test('where a side counts nothing it is said what to do, and the run goes on', async () => {
  await using story = await openLetters('uncounted');
  expect((await story.type('statements')).code, 'there is no run yet').not.toBe(0);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('that it was said', (fact) => fact.type === 'statements-compared');
  expect(await compared(story)).toEqual({
    schemaVersion: 1,
    id: expect.any(String),
    notCompared: expect.stringMatching(/^the source: no pg_stat_statements: .*CREATE EXTENSION pg_stat_statements$/),
  });
  expect(await story.type('complete', '--confirm', 'uncounted')).toMatchObject({code: 0});
  expect(await runner.ended, runner.lastWords()).toBe(0);
});
