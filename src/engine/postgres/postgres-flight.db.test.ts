/** Statements that are sent one behind the other, before the first of them is answered (decision 39). */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {recordingEffects, type RecordedEffects} from '../../../test/support/effects.ts';
import {ownMigration} from '../../../test/support/own-migration.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {storyDatabase, type StoryDatabase} from '../../../test/support/story-database.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import {PgSession} from './postgres-session.ts';
import {WRITES_IN_TRANSACTIONS} from './postgres-writer.ts';

const insert = (n: number) => ({text: 'INSERT INTO public.notes VALUES ($1)', values: [n]});

let direct: StoryDatabase;
let effects: RecordedEffects;
let session: PgSession;

beforeEach(async () => {
  direct = await storyDatabase(await (await postgresServer({version: 18})).createDatabase());
  await direct.run('CREATE TABLE notes (n int PRIMARY KEY)');
  effects = recordingEffects();
  session = await PgSession.open({url: new DatabaseUrl(direct.url), side: 'target', migration: ownMigration(), effects}, 'apply', true);
});
afterEach(async () => {
  await session.close();
  await direct.close();
});

const notes = (): Promise<string | null> => direct.value('SELECT count(*)::text FROM notes');

test('all are sent, in their order, before an answer is waited for, and answered in that order', async () => {
  const answers = await session.sendAll([
    {text: 'BEGIN'},
    insert(1),
    insert(2),
    {text: 'SELECT count(*)::text AS n FROM public.notes'},
    {text: 'COMMIT'},
  ]);
  expect(answers.map(({rowCount}) => rowCount)).toEqual([0, 1, 1, 1, 0]);
  expect(answers[3]?.rows).toEqual([{n: '2'}]);
  const kinds = effects.points.map(({kind}) => kind).filter((kind) => kind.startsWith('sql'));
  expect(kinds.slice(-10)).toEqual([...Array<string>(5).fill('sql.send'), ...Array<string>(5).fill('sql.reply')]);
  expect(await notes()).toBe('2');
});

test('the first failure is told, not what followed from it, and nothing behind it is carried out', async () => {
  const sent = session.sendAll([{text: 'BEGIN'}, insert(1), insert(1), insert(2), {text: 'SELECT 1'}]);
  await expect(sent).rejects.toMatchObject({code: '23505'});
  await session.query('COMMIT');
  expect(await notes()).toBe('0');
});

test('where BEGIN itself fails, no statement behind it stands by itself', async () => {
  await session.query(WRITES_IN_TRANSACTIONS);
  await expect(session.sendAll([{text: 'BEGIN READ NOTHING'}, insert(1), insert(2)])).rejects.toMatchObject({code: '42601'});
  expect(await notes()).toBe('0');
  await session.sendAll([{text: 'BEGIN READ WRITE'}, insert(1)]);
  await session.query('COMMIT');
  expect(await notes()).toBe('1');
});

test('a session that is ended in the middle is an error of all that had no answer', async () => {
  await direct.run('BEGIN', 'LOCK TABLE notes');
  const sent = session.sendAll([{text: 'BEGIN'}, insert(1), insert(2)]);
  sent.catch(() => undefined); // awaited below
  await direct.run(`SELECT pg_terminate_backend(${session.serverPid})`, 'COMMIT');
  await expect(sent).rejects.toMatchObject({code: 'CF-CONN-004'});
  expect(await notes()).toBe('0');
});
