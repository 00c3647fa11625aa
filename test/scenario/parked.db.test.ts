/**
 * Rows of the target that the source cannot hold (H-109): too long, out of range, a value taken twice, a null. With
 * `reverse.misfits: park` they are left out, named, keep the way back closed, and travel once they are changed.
 */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Chance, chance} from '../../examples/demo/chance.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const SOURCE = `
CREATE SCHEMA store;
CREATE TABLE store.notes (id int PRIMARY KEY, word varchar(10), code text UNIQUE, n int, kind text NOT NULL CHECK (kind <> 'odd'));
INSERT INTO store.notes SELECT i, 'word ' || i, 'code ' || i, i, 'even' FROM generate_series(1, 200) AS i;
`;
const TARGET = `
CREATE SCHEMA store;
CREATE TABLE store.notes (id int PRIMARY KEY, word text, code text, n bigint, kind text);
`;
const mapping = {tables: {'store.notes': {columns: {word: {type: 'text'}, n: {type: 'bigint'}}}}};
const ROWS = `SELECT string_agg(row(n.*)::text, E'\\n' ORDER BY id) FROM store.notes n`;

test('rows that cannot go back are left out and named, the way back is closed until they are changed, and then they travel', async () => {
  await using story = await openNotes('parked', 'park');
  const runner = story.start(['run', story.planFile]);
  await opened(story, 'cutover', 1);
  await story.target.run(
    `BEGIN`,
    `INSERT INTO store.notes SELECT i, CASE i WHEN 1077 THEN 'a secret much too long' ELSE 'new' END, 'new ' || i, i, 'even' FROM generate_series(1001, 1500) AS i`,
    `UPDATE store.notes SET n = 3000000000 WHERE id = 7`,
    `UPDATE store.notes SET word = 'twice' WHERE id = 7`,
    `COMMIT`,
    `UPDATE store.notes SET kind = NULL WHERE id = 9`,
    `UPDATE store.notes SET kind = 'odd' WHERE id = 10`,
    `INSERT INTO store.notes VALUES (2001, 'taken', 'code 11', 1, 'even')`,
    `UPDATE store.notes SET id = 3077 WHERE id = 1077`,
    `UPDATE store.notes SET word = 'moved' WHERE id = 3077 AND word = ''`,
    `DELETE FROM store.notes WHERE id = 12`,
  );
  await parkedAre(story, ['10', '2001', '3077', '7', '9']);
  await untilTrue(
    'all others arrive',
    async () => (await story.source.value('SELECT count(*) FROM store.notes')) === String(200 - 1 + 499),
  );
  expect(
    await story.source.value(
      `SELECT concat(count(*) FILTER (WHERE id IN (1077, 3077)), ' ', max(n) FILTER (WHERE id = 7)) FROM store.notes`,
    ),
  ).toBe('0 7');

  const masked = await story.type('parked');
  expect(masked.output).toMatch(/^store\.notes key #\w{16}, for .*: 22001: value too long for type character varying\(10\)$/m);
  expect(masked.output).toMatch(/23505: duplicate key value violates unique constraint "notes_code_key"/);
  expect(masked.output).not.toMatch(/secret|3000000000|code 11/);
  const says = async (verb: string, words: RegExp): Promise<boolean> => words.test((await story.type(verb)).output);
  await untilTrue('status says so', () => says('status', /5 rows of store\.notes cannot go back and are parked \(crossfade parked\)/));
  await untilTrue('metrics count them', () => says('metrics', /^crossfade_parked_rows\{.*\} 5$/m));

  await asked(story, 'reverse', 'parked');
  await story.untilFact('the attempt is called off', isPhaseEnded('reverse-cutover', 'back'));
  const ended = (await story.facts()).filter(isPhaseEnded('reverse-cutover', 'back'));
  expect(JSON.stringify(ended)).toContain('5 rows cannot go back (crossfade parked)');
  expect(
    (await story.facts()).some((fact) => fact.type === 'step-intent' && fact.step === 'raise-fence' && fact.phase === 'reverse-cutover'),
  ).toBe(false);
  const compared = await story.type('verify', '--json');
  expect(compared.code, compared.output).not.toBe(0);
  expect(compared.output).toMatch(/"differing":0/);

  await story.killRunner();
  expect(await runner.ended).toBeNull();
  await story.target.run(`UPDATE store.notes SET n = 8 WHERE id = 8`);
  const next = story.start(['resume']);
  await untilTrue(
    'what comes after them arrives',
    async () => (await story.source.value(`SELECT n FROM store.notes WHERE id = 8`)) === '8',
  );
  await parkedAre(story, ['10', '2001', '3077', '7', '9']);

  await story.target.run(
    `UPDATE store.notes SET word = 'short' WHERE id = 3077`,
    `UPDATE store.notes SET n = 70, kind = 'even' WHERE id IN (7, 9)`,
    `DELETE FROM store.notes WHERE id = 10`,
    `DELETE FROM store.notes WHERE id = 11`, // what stood in the way of 2001
  );
  await parkedAre(story, []);
  await asked(story, 'reverse', 'parked');
  await story.untilFact('the source serves', isPhaseEnded('reverse-cutover', 'done'));
  await story.source.run(`INSERT INTO store.notes VALUES (4000, 'back', 'back', 1, 'even')`);
  await opened(story, 'cutover', 2);
  await asked(story, 'complete', 'parked');
  expect(await next.ended, next.lastWords()).toBe(0);
  expect(await story.target.value(ROWS)).toBe(await story.source.value(ROWS));
  expect(await story.target.value('SELECT count(*) FROM store.notes')).toBe(String(200 - 3 + 500 + 1 + 1));
});

test('without a word in the plan the run ends at the first such row, and goes on with a plan that parks it', async () => {
  await using story = await openNotes('unparked', 'stop');
  const runner = story.start(['run', story.planFile]);
  await opened(story, 'cutover', 1);
  await story.target.run(`INSERT INTO store.notes VALUES (1000, 'a secret much too long', 'x', 1, 'even')`);
  expect(await runner.ended).toBe(1);
  expect(runner.lastWords()).toContain('CF-APPLY-002');
  expect((await story.type('parked')).output).toBe('');
  const parks = story.writePlan('parks.yaml', {reverse: {window: '0s', misfits: 'park'}});
  expect(await story.type('amend', parks, '--reason', 'one row', '--yes')).toMatchObject({code: 0});
  const next = story.start(['resume']);
  await parkedAre(story, ['1000']);
  await story.target.run(`UPDATE store.notes SET word = 'short' WHERE id = 1000`);
  await parkedAre(story, []);
  expect(await story.source.value('SELECT word FROM store.notes WHERE id = 1000')).toBe('short');
  await story.target.run(`INSERT INTO store.notes VALUES (1001, 'one that never goes back', 'y', 1, 'even')`);
  await parkedAre(story, ['1001']);
  await asked(story, 'complete', 'unparked');
  expect(await next.ended, next.lastWords()).toBe(0);
  expect(await story.source.value('SELECT (SELECT count(*) FROM crossfade.parked) + (SELECT count(*) FROM crossfade.reread)'), 'keys').toBe(
    '0',
  );
  const report = JSON.parse((await story.type('report', '--json')).output) as {decommission: {parked: unknown}};
  expect(report.decommission.parked).toEqual([{table: 'store.notes', rows: 1}]);
});

test('whatever becomes of rows that fit and rows that do not, both sides are equal once all of them fit', async () => {
  await using story = await openNotes('parked-random', 'park');
  story.start(['run', story.planFile]);
  await opened(story, 'cutover', 1);
  const random = chance(SEED);
  for (let i = 0; i < 150; i++) await story.target.run(transaction(random));
  await untilTrue('some are parked', async () => (await parkedKeys(story)).length > 0);
  await story.target.run(`UPDATE store.notes SET word = left(word, 10), n = least(n, 9), kind = 'even', code = id::text`);
  await parkedAre(story, []);
  await asked(story, 'reverse', 'parked-random');
  await story.untilFact('the source serves', isPhaseEnded('reverse-cutover', 'done'));
  expect(await story.source.value(ROWS)).toBe(await story.target.value(ROWS));
});

const SEED = Number(process.env['CROSSFADE_PARKED_SEED'] ?? 1);

/** A few statements on few rows, about a third of which the source refuses. */
function transaction({below, pick}: Chance): string {
  const key = (): number => 1 + below(40);
  const word = (): string => pick(['fits', 'fits too', 'does not fit here']);
  const values = (): string =>
    `'${word()}', ${below(4) ? `'code ' || gen_random_uuid()` : `'code ${below(5)}'`}, ${below(6) ? below(100) : '3000000000'}, '${below(8) ? 'even' : 'odd'}'`;
  const statement = (): string => {
    const [a, b] = [key(), key()];
    return pick([
      `INSERT INTO store.notes VALUES (${a}, ${values()}) ON CONFLICT (id) DO UPDATE SET word = excluded.word, code = excluded.code, n = excluded.n, kind = excluded.kind`,
      `UPDATE store.notes SET word = '${word()}' WHERE id = ${a}`,
      `DELETE FROM store.notes WHERE id = ${a}`,
      `UPDATE store.notes SET id = ${b} WHERE id = ${a} AND NOT EXISTS (SELECT FROM store.notes WHERE id = ${b})`,
    ]);
  };
  return `BEGIN; ${Array.from({length: 1 + below(4)}, statement).join('; ')}; COMMIT`;
}

async function openNotes(name: string, misfits: 'park' | 'stop'): Promise<Story> {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-parked-'));
  const schema = {preData: join(folder, 'pre.sql'), postData: join(folder, 'post.sql')};
  writeFileSync(schema.preData, TARGET);
  writeFileSync(schema.postData, '');
  const reverse = {window: '0s', ...(misfits === 'park' ? {misfits} : {})};
  const story = await openStory({
    name,
    schema,
    tables: ['store.*'],
    plan: {mapping, reverse, gates: {cutover: ['replication-lag', 'checksum-match']}},
  });
  await story.source.run(SOURCE);
  return story;
}

const parkedAre = (story: Story, keys: readonly string[]): Promise<unknown> =>
  untilTrue(`parked are ${keys.join() || 'none'}`, async () => (await parkedKeys(story)).join() === keys.join());

/** In order. */
async function parkedKeys(story: Story): Promise<readonly string[]> {
  const {output} = await story.type('parked', '--show-keys', '--json');
  const {parked} = JSON.parse(output) as {parked: readonly {key: readonly string[]}[]};
  return parked.map(({key}) => key.join()).toSorted();
}
