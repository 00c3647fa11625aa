/**
 * A tool for schema changes fills a table of its own and puts it under the old name: what is written from then on goes to
 * a table that is in no stream (H-30).
 */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';

const FAILED = 1;
const waiting = {plan: {gates: {cutover: ['approval']}}};
const SWAP = [
  'CREATE SCHEMA tool',
  'CREATE SCHEMA old',
  'CREATE TABLE tool.visits (LIKE post.visits INCLUDING ALL)',
  'INSERT INTO tool.visits SELECT * FROM post.visits',
  'BEGIN',
  'ALTER TABLE post.visits SET SCHEMA old',
  'ALTER TABLE tool.visits SET SCHEMA post',
  'COMMIT',
  'UPDATE post.visits SET visits = visits + 1',
];
const lastFailure = async (story: Story) => (await story.facts()).findLast(({type}) => type === 'failed');

test('the run stops by itself, names the table, and its successor refuses to go on (H-30)', async () => {
  await using story = await openLetters('swapped', waiting);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.source.run(...SWAP);
  expect(await runner.ended).toBe(FAILED);
  // Whichever of the tool's statements is read when the tables have been swapped.
  expect(await lastFailure(story)).toMatchObject({
    code: 'CF-DDL-001',
    error: expect.stringMatching(/(?:CREATE TABLE tool|ALTER TABLE old)\.visits changed the schema/),
  });
  expect(await story.start(['resume', '--leave']).ended).toBe(FAILED);
  expect(await lastFailure(story)).toMatchObject({code: 'CF-DDL-001', error: expect.stringContaining('post.visits')});
});

test('while nobody was at work, and nothing on the source may watch: the successor finds it (H-30)', async () => {
  await using story = await openLetters('swapped-alone', waiting);
  await story.killAt({kind: 'sql.send', label: 'work: ANALYZE'}, ['run', story.planFile]);
  for (const [name] of await story.source.rows('SELECT quote_ident(evtname) FROM pg_event_trigger'))
    await story.source.run(`DROP EVENT TRIGGER ${name}`);
  await story.source.run(...SWAP);
  expect(await story.start(['resume', '--leave']).ended).toBe(FAILED);
  expect(await lastFailure(story)).toMatchObject({code: 'CF-DDL-001', error: expect.stringContaining('post.visits')});
});
