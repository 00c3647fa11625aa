/** The schema of the source is changed while no runner is at work: its successor says what and by which statement (H-28). */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';

const waiting = {plan: {gates: {cutover: ['approval']}}};
const gates = async (story: Story): Promise<number> => (await story.facts()).filter(({type}) => type === 'gate-verdict').length;
const atTheGate = (story: Story) => story.untilFact('the gate', (fact) => fact.type === 'gate-verdict');

const refusal = async (story: Story): Promise<string> => {
  expect(await story.start(['resume']).ended).toBe(1);
  const failed = (await story.facts()).findLast(({type}) => type === 'failed');
  expect(failed).toMatchObject({code: 'CF-DDL-001'});
  return failed?.type === 'failed' ? failed.error : '';
};

test.each([
  [
    'a column is added',
    'ALTER TABLE post.letters ADD COLUMN colour text',
    /column post\.letters\.colour is new \(text/,
    'ALTER TABLE post.letters',
  ],
  [
    'a type is changed',
    'ALTER TABLE post.visits ALTER visits TYPE bigint',
    /column post\.visits\.visits was integer.*is bigint/,
    'ALTER TABLE post.visits',
  ],
  [
    'a column is dropped and made anew',
    'ALTER TABLE post.letters DROP COLUMN subject; ALTER TABLE post.letters ADD COLUMN subject text',
    /column post\.letters\.subject was text, number 3, is text, number 5/,
    'ALTER TABLE dropped post.letters.subject',
  ],
  [
    'a column is renamed',
    'ALTER TABLE post.stamps RENAME value TO worth',
    /column post\.stamps\.value is gone\s+column post\.stamps\.worth is new|worth is new/,
    'ALTER TABLE post.stamps',
  ],
  ['a table is dropped', 'DROP TABLE post.stamps CASCADE', /table post\.stamps is gone/, 'DROP TABLE dropped post.stamps'],
] as const)('%s', async (what, statement, difference, noted) => {
  await using story = await openLetters(`ddl-${what.replaceAll(' ', '-')}`, waiting);
  await story.killAt({kind: 'sql.send', label: 'work: ANALYZE'}, ['run', story.planFile]);
  await story.source.run(statement);
  const error = await refusal(story);
  expect(error).toMatch(difference);
  expect(error).toContain(`noted: ${noted}`);
  expect(error).toContain(', by ');
});

test('without the rights for an event trigger the difference is named all the same; taken back, the run goes on (H-28)', async () => {
  await using story = await openLetters('ddl-quiet', waiting);
  await story.killAt({kind: 'sql.send', label: 'work: ANALYZE'}, ['run', story.planFile]);
  const triggers = await story.source.rows(`SELECT quote_ident(evtname) FROM pg_event_trigger`);
  for (const [name] of triggers) await story.source.run(`DROP EVENT TRIGGER ${name}`);
  await story.source.run('ALTER TABLE post.letters ADD COLUMN colour text');
  const error = await refusal(story);
  expect(error).toContain('column post.letters.colour is new (text, number 5)');
  expect(error).not.toContain('noted');
  await story.source.run('ALTER TABLE post.letters DROP COLUMN colour');
  expect(await gates(story)).toBe(0);
  story.start(['resume']);
  await atTheGate(story);
});
