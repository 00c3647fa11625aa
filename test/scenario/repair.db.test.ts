/** Rows that were changed behind our back: found, named without a value, healed under traffic, in both directions (hazards §4.5). */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {writePastTheFence, writeUnseen} from '../support/behind-our-back.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {openShopStory} from '../support/shop-story.ts';
import {isPhaseEnded, isPhaseStarted, openStory, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const NO_GO = 4;
const waiting = {gates: {cutover: ['approval']}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const approve = (story: Story) => story.type('approve', 'approval', '--reason', 'the story', '--yes');
const inTheWindow = (story: Story) => story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
const failedWith = (story: Story, code: string) => story.untilFact(code, (fact) => fact.type === 'failed' && fact.code === code);

/** In tables that the application writes to, on rows that it leaves alone. */
const MISCHIEF = [
  `UPDATE shop.categories SET name = 'canary of a value' WHERE id = 3`,
  `UPDATE shop.documents SET body = 'x', revision = 7 WHERE client = 0 AND id = (SELECT min(id::text)::uuid FROM shop.documents WHERE client = 0)`,
  `DELETE FROM shop.reviews WHERE customer_id = 5`,
  `DELETE FROM shop.ledger WHERE client = 0 AND id % 2 = 0`,
  `INSERT INTO shop.preferences VALUES (987654, 'canary', 'canary of a value')`,
];
const NAMED = [
  /shop\.categories: .*1 differing\n {2}different: key #\w{16} in name/,
  /shop\.documents: .*1 differing\n {2}different: key #\w{16} in (revision, body|body, revision)/,
  /shop\.reviews: .*1 differing\n {2}missing: key #\w{16}/,
  /shop\.ledger: .*\d+ differing\n {2}missing: key #\w{16}/,
  /shop\.preferences: .*1 differing\n {2}extra: key #\w{16}/,
];

/** Names them, repairs them, finds nothing any more; the application writes all the while. */
async function findAndHeal(story: Story): Promise<void> {
  const found = await story.type('verify');
  expect(found.code, found.error).toBe(NO_GO);
  for (const line of NAMED) expect(found.output).toMatch(line);
  expect(JSON.stringify([found, await story.facts()]), 'neither values nor keys').not.toMatch(/canary of a value|987654/);
  const healed = await story.type('verify', '--repair');
  expect(healed.output).toMatch(/rows were read again from the open side\nequal: /);
  expect(healed.code).toBe(0);
  for (const table of ['categories', 'documents', 'reviews', 'ledger', 'preferences'])
    expect(healed.output).toMatch(new RegExp(`^shop\\.${table}: \\d+ repaired, cause: not in the log`, 'm'));
  expect(healed.output, 'the application leaves these rows alone').not.toMatch(/cause: (unknown|seeded)/);
  const again = await story.type('verify', '--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.output)).toMatchObject({verification: {equal: true, differing: 0}, repaired: 0});
}

test('rows changed, removed and added under live writes are named and healed, while catching up and in the reverse window', async () => {
  await using story = await openShopStory('mischief', 31, waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await writeUnseen(story.target, ...MISCHIEF);
  await findAndHeal(story);
  await approve(story);
  await inTheWindow(story);
  await writeUnseen(story.source, ...MISCHIEF);
  await findAndHeal(story);
  expect(runner.isRunning, runner.lastWords()).toBe(true);
  await untilTrue('the way back', async () => (await story.type('reverse', '--confirm', 'mischief', '--reason', 'the story')).code === 0);
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await story.expectNothingLost('source', 2);
});

test('more rows than a comparison names are repaired all the same', async () => {
  await using story = await openLetters('many', {plan: waiting});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await writeUnseen(story.target, `DELETE FROM post.letters WHERE code < 'L002501'`, `UPDATE post.visits SET visits = -1`);
  expect(await story.type('verify')).toMatchObject({code: NO_GO, output: expect.stringMatching(/2500 differing[\s\S]*2700 rows differ/)});
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0, output: expect.stringContaining('2700 rows were read again')});
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('somebody wrote to the closed source: an alarm ends the run, a repair settles it, and the way back is open again', async () => {
  await using story = await openLetters('rogue');
  const runner = story.start(['run', story.planFile]);
  await inTheWindow(story);
  await writePastTheFence(story.source, `UPDATE post.visits SET visits = -7 WHERE person = 1`, `DELETE FROM post.stamps WHERE place = 1`);
  expect(await runner.ended).toBe(1);
  await failedWith(story, 'CF-TGT-003');
  expect(await story.start(['resume']).ended, 'the alarm stays until somebody has looked').toBe(1);
  await story.target.run(`UPDATE post.visits SET visits = visits + 1`);
  expect(await story.type('verify')).toMatchObject({code: NO_GO, output: expect.stringContaining('post.visits')});
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0});
  const last = story.start(['resume']);
  await untilTrue('the way back', async () => (await story.type('reverse', '--confirm', 'rogue', '--reason', 'the story')).code === 0);
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  expect(last.isRunning).toBe(true);
  const {source, target} = await bothChecksums(story);
  expect(source).toEqual(target);
});

test('killed in the middle of a repair: the command says so, and the next one heals what is left', async () => {
  await using story = await openLetters('killed-repair', {plan: waiting});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.killRunner();
  for (const label of ['apply forward: INSERT INTO crossfade.replay_window', 'apply forward: COMMIT']) {
    const seen = (await story.facts()).length;
    const runner = story.start(['resume'], {kind: 'sql.send', label, times: label.endsWith('COMMIT') ? 2 : 1, act: 'kill'});
    await untilTrue('it is at the gate again', async () => (await story.facts()).slice(seen).some(({type}) => type === 'gate-verdict'));
    await writeUnseen(story.target, `DELETE FROM post.letters WHERE code < 'L000101'`, `UPDATE post.visits SET visits = -1`);
    const answer = await story.type('verify', '--repair');
    expect(await runner.ended, runner.lastWords()).toBeNull();
    expect(answer).toMatchObject({code: 1, error: expect.stringContaining('the runner ended first')});
    expect(await story.type('verify', '--repair')).toMatchObject({code: 0, output: expect.stringContaining('equal: ')});
  }
  story.start(['resume']);
  await approve(story);
  await inTheWindow(story);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

const SHOP = `CREATE SCHEMA crm; CREATE TABLE crm.people (id serial PRIMARY KEY, name text NOT NULL, points int NOT NULL DEFAULT 0);`;
const SHAPED = `CREATE SCHEMA crm; CREATE TABLE crm.persons (number bigserial PRIMARY KEY, first text NOT NULL, last text, points bigint NOT NULL DEFAULT 0);`;
const MAPPING = {
  tables: {
    'crm.people': {
      to: 'crm.persons',
      columns: {
        id: {rename: 'number', type: 'bigint'},
        name: {split: {into: ['first', 'last'], at: ' '}},
        points: {type: 'bigint'},
      },
    },
  },
};

test('a table of another shape is repaired through its mapping, there and on the way back', async () => {
  await using story = await openStory({
    name: 'shaped',
    schema: {preData: 'pre.sql', postData: 'post.sql'},
    tables: ['crm.*'],
    plan: {...waiting, mapping: MAPPING},
  });
  writeFileSync(join(story.folder, 'pre.sql'), SHAPED);
  writeFileSync(join(story.folder, 'post.sql'), '');
  await story.source.run(SHOP, `INSERT INTO crm.people (name) SELECT 'First' || i || ' Last' || i FROM generate_series(1, 500) i`);
  story.start(['run', story.planFile]);
  await atTheGate(story);
  await writeUnseen(
    story.target,
    `UPDATE crm.persons SET last = 'Canary' WHERE number = 5`,
    `DELETE FROM crm.persons WHERE number = 6`,
    `INSERT INTO crm.persons VALUES (4000000000, 'No', 'Body')`,
  );
  await story.source.run(`UPDATE crm.people SET points = points + 1 WHERE id > 100`);
  expect(await story.type('verify')).toMatchObject({
    code: NO_GO,
    output: expect.stringMatching(/crm\.persons: .*3 differing[\s\S]*in last/),
  });
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0});
  await approve(story);
  await inTheWindow(story);
  await writeUnseen(
    story.source,
    `UPDATE crm.people SET name = 'Canary' WHERE id = 7`,
    `DELETE FROM crm.people WHERE id = 8`,
    `INSERT INTO crm.people VALUES (9000, 'No Body')`,
  );
  await story.target.run(`UPDATE crm.persons SET points = points + 1 WHERE number > 100`);
  expect(await story.type('verify')).toMatchObject({
    code: NO_GO,
    output: expect.stringMatching(/crm\.people: .*3 differing[\s\S]*in name/),
  });
  expect(await story.type('verify', '--repair')).toMatchObject({code: 0});
  const people = await story.source.rows('SELECT id, name, points FROM crm.people ORDER BY id');
  expect(people).toEqual(Array.from({length: 500}, (_, i) => [`${i + 1}`, `First${i + 1} Last${i + 1}`, i < 100 ? '0' : '2']));
});

test('two catalogues that differ: each object is named, and put right they are equal', async () => {
  await using story = await openLetters('catalogues', {plan: waiting});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  expect(await story.type('verify', '--schema')).toMatchObject({code: 0, output: expect.stringContaining('equal: ')});
  await story.target.run('DROP INDEX post.letters_sender', 'ALTER TABLE post.people ALTER name DROP NOT NULL', 'DROP VIEW post.heavy');
  const answer = await story.type('verify', '--schema', '--json');
  expect(answer.code).toBe(NO_GO);
  const told = JSON.stringify((JSON.parse(answer.output) as {differences: unknown}).differences);
  for (const object of ['letters_sender', 'people', 'heavy']) expect(told).toContain(object);
  await story.target.run(
    'CREATE INDEX letters_sender ON post.letters (sender)',
    'ALTER TABLE post.people ALTER name SET NOT NULL',
    'CREATE VIEW post.heavy AS SELECT letter, sum(value) AS value FROM post.stamps GROUP BY letter',
  );
  expect(await story.type('verify', '--schema')).toMatchObject({code: 0});
});
