/**
 * Somebody changes a table or our publication while a run is on its way. It stops by itself, with what differs and by
 * which statement; what the stream says nothing about is found by a look at the catalogue. Which changes are told apart is
 * tried in `src/engine/postgres/postgres-published-schema.db.test.ts`.
 */
import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters, PRE_DATA} from '../support/letters.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const waiting = {plan: {gates: {cutover: ['approval']}}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const publication = async (story: Story): Promise<string> =>
  (await story.source.value('SELECT quote_ident(pubname) FROM pg_publication')) ?? '';

const [FAILED, NO_GO] = [1, 4];

async function failure(story: Story, runner: {readonly ended: Promise<number | null>}, code: string, exit = FAILED): Promise<string> {
  expect(await runner.ended).toBe(exit);
  const failed = (await story.facts()).findLast(({type}) => type === 'failed');
  expect(failed).toMatchObject({code});
  return failed?.type === 'failed' ? failed.error : '';
}

async function withoutEventTriggers(story: Story): Promise<void> {
  for (const [name] of await story.source.rows('SELECT quote_ident(evtname) FROM pg_event_trigger'))
    await story.source.run(`DROP EVENT TRIGGER ${name}`);
}

test('a table is taken out of our publication: no row says so, and the run stops all the same (H-25)', async () => {
  await using story = await openLetters('unpublished', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await withoutEventTriggers(story);
  await story.source.run(`ALTER PUBLICATION ${await publication(story)} DROP TABLE post.visits`, 'UPDATE post.visits SET visits = 0');
  const error = await failure(story, runner, 'CF-DDL-001');
  expect(error).toContain('published post.visits is gone');
  expect(error).not.toContain('noted');
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  expect(await failure(story, story.start(['resume']), 'CF-DDL-001')).toContain('published post.visits is gone');
  expect((await story.facts()).some(isPhaseStarted('reverse-window'))).toBe(false);
});

test('the index of REPLICA IDENTITY USING INDEX is dropped: the statement and its place are told; made again, the run goes on (H-4)', async () => {
  await using story = await openLetters('identity', waiting);
  const identity = [
    'CREATE UNIQUE INDEX visits_day ON post.visits (person, day)',
    'ALTER TABLE post.visits REPLICA IDENTITY USING INDEX visits_day',
  ];
  await story.source.run(...identity);
  appendFileSync(join(story.folder, 'pre.sql'), `${identity.join(';\n')};\n`);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run('DROP INDEX post.visits_day');
  await expect(story.source.run('UPDATE post.visits SET visits = 0')).rejects.toMatchObject({code: '55000'});
  expect(await failure(story, runner, 'CF-DDL-001')).toMatch(/DROP INDEX dropped post\.visits_day/);
  await story.source.run(...identity, 'UPDATE post.visits SET visits = visits + 1');
  story.start(['resume']);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

test('a new table of the scope, made on both sides, is not left behind: the run stops; out of the scope, it goes on (H-28)', async () => {
  await using story = await openLetters('later', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  const parcels = 'CREATE TABLE post.parcels (id int PRIMARY KEY)';
  await story.target.run(parcels);
  await story.source.run(parcels, 'INSERT INTO post.parcels VALUES (1)');
  const error = await failure(story, runner, 'CF-DDL-001');
  expect(error).toContain('table post.parcels is new');
  expect(error).toMatch(/noted: CREATE TABLE post\.parcels, by \w+ at \d{4}-/);
  expect(await failure(story, story.start(['resume']), 'CF-DDL-001')).toContain('table post.parcels is new');
  await story.source.run('CREATE SCHEMA attic', 'ALTER TABLE post.parcels SET SCHEMA attic');
  story.start(['resume']);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
});

test('an enum gets a label: a row that has it stops the run, which goes on when the target knows it too (H-28, H-45, H-75)', async () => {
  await using story = await openLetters('label', waiting);
  expect(PRE_DATA).toContain('post.kind AS ENUM');
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run(`ALTER TYPE post.kind ADD VALUE 'card' BEFORE 'parcel'`);
  await story.source.run(`UPDATE post.people SET kind = 'card' WHERE id = 7`);
  expect(await failure(story, runner, 'CF-APPLY-002')).toMatch(/post\.people[\s\S]*card|card[\s\S]*post\.people/);
  await story.target.run(`ALTER TYPE post.kind ADD VALUE 'card' BEFORE 'parcel'`);
  story.start(['resume']);
  await untilTrue('the row has come', async () => (await story.target.value('SELECT kind FROM post.people WHERE id = 7')) === 'card');
});

test('a slot that somebody dropped and made anew under its name begins too late, which is noticed (H-62)', async () => {
  await using story = await openLetters('anew', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await runner.kill9();
  const ours = 'FROM pg_replication_slots WHERE database = current_database()';
  await untilTrue('the slot is free', async () => (await story.source.value(`SELECT active ${ours}`)) === 'f');
  const name = await story.source.value(`SELECT slot_name ${ours}`);
  await story.source.run(
    `SELECT pg_drop_replication_slot('${name}')`,
    'UPDATE post.visits SET visits = visits + 1',
    `SELECT pg_create_logical_replication_slot('${name}', 'pgoutput')`,
  );
  expect(await failure(story, story.start(['resume']), 'CF-SRC-004')).toContain('gap');
});

test('triggers that fire for applied rows as well are refused, on the source and where the target’s file has made them (H-17)', async () => {
  await using story = await openLetters('always', waiting);
  const turn = (how: string) => `ALTER TABLE post.visits ${how} TRIGGER visits_count`;
  appendFileSync(join(story.folder, 'post.sql'), `${turn('ENABLE ALWAYS')};\n`);
  await story.source.run(turn('ENABLE REPLICA'));
  const refused = await story.type('run', story.planFile, '--json', '--yes');
  expectRefused(refused, 'CF-SCOPE-004', NO_GO, 'trigger visits_count on post.visits');
  await story.source.run(turn('ENABLE'));
  const error = await failure(story, story.start(['resume']), 'CF-SCOPE-004', NO_GO);
  expect(error).toContain('trigger visits_count on post.visits on the target fires for rows that are applied');
  await story.target.run(turn('ENABLE'));
  story.start(['resume']);
  await atTheGate(story);
});
