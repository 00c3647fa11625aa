/** A source in LATIN1 and a target in UTF-8: every text arrives, both ways; one that the source cannot hold stops the way back (H-47). */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {postgresServer} from '../support/servers.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {storyDatabase, type StoryDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const inLatin1 = {
  async createDatabase(): Promise<string> {
    const server = await postgresServer({version: 17});
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const admin = await storyDatabase(server.url);
    await admin.run(`DROP DATABASE ${name}`, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    await admin.close();
    return url;
  },
};

/** As the client reads them, because the servers keep other bytes. */
const texts = async (side: StoryDatabase) => [
  await side.rows('SELECT id::text, name FROM post.people ORDER BY id'),
  await side.rows(`SELECT code, subject, md5(convert_to(body, 'UTF8')) FROM post.letters ORDER BY code COLLATE "C"`),
];
const untilSame = (story: Story) =>
  untilTrue('both sides say the same', async () => {
    const [source, target] = await Promise.all([texts(story.source), texts(story.target)]);
    return JSON.stringify(source) === JSON.stringify(target);
  });

test('a database in LATIN1 is copied, streamed and compared; what it cannot hold stops the way back, with its table (H-47)', async () => {
  await using story = await openLetters('latin', {on: {source: inLatin1}, plan: {gates: {cutover: ['checksum-match', 'approval']}}});
  expect(await story.source.value('SHOW server_encoding')).toBe('LATIN1');
  await story.source.run(
    `INSERT INTO post.people (name) VALUES ('Zoë ÿ')`,
    `INSERT INTO post.letters SELECT 'É' || n, 1, 'ß', repeat('é' || n, 3000) FROM generate_series(1, 50) n`,
  );
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.source.run(
    `UPDATE post.people SET name = 'Ødegård ' || id WHERE id < 10`,
    `UPDATE post.letters SET code = 'Ü' || code WHERE code LIKE 'É%' AND length(code) = 2`,
    `DELETE FROM post.letters WHERE code = 'É10'`,
  );
  await untilSame(story);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await story.target.run(`UPDATE post.people SET name = 'Señor' WHERE id = 3`, `UPDATE post.letters SET code = 'Å' WHERE code = 'É11'`);
  await untilSame(story);
  await story.target.run(`UPDATE post.people SET name = '漢' WHERE id = 4`);
  expect(await runner.ended).toBe(1);
  const failed = (await story.facts()).findLast(({type}) => type === 'failed');
  expect(failed).toMatchObject({code: 'CF-APPLY-002', error: expect.stringContaining('post.people')});
  expect(await story.source.value('SELECT name FROM post.people WHERE id = 4')).toBe('Ødegård 4');
});
