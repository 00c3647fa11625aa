import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';

let side: TestSide;
let writer: TestSide;

beforeAll(async () => {
  const url = await (await postgresServer({version: 17})).createDatabase();
  side = await openSide('source', url);
  writer = await openSide('source', url);
});
afterAll(() => Promise.all([side.close(), writer.close()]));
beforeEach(() =>
  side.run('DROP TABLE IF EXISTS hot', 'CREATE TABLE hot (id int PRIMARY KEY, n int)', 'INSERT INTO hot VALUES (1, 0), (2, 0)'),
);

const holding = async <T>(act: () => Promise<T>): Promise<T | undefined> =>
  side.database.compare.holding?.(await side.table('hot'), [['1']], act);
const sessions = (what: string): Promise<string | null> =>
  side.value(`SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND ${what}`);

test('writers of a held row wait, readers and writers of others do not', async () => {
  let waiting: Promise<void> | undefined;
  const seen = await holding(async () => {
    waiting = writer.run('UPDATE hot SET n = n + 1 WHERE id = 1');
    await untilTrue('the writer waits', async () => (await sessions(`wait_event_type = 'Lock'`)) === '1');
    await side.run('UPDATE hot SET n = 7 WHERE id = 2');
    return side.value('SELECT n FROM hot WHERE id = 1');
  });
  expect(seen).toBe('0');
  await waiting;
  expect(await side.value('SELECT n FROM hot WHERE id = 1')).toBe('1');
});

test('a row that somebody else holds is not waited for', async () => {
  await writer.run('BEGIN', 'UPDATE hot SET n = n + 1 WHERE id = 1');
  let isRun = false;
  expect(await holding(async () => (isRun = true))).toBeUndefined();
  expect(isRun).toBe(false);
  await writer.run('COMMIT');
});

test('the server ends a hold that takes too long, and nothing is said about it then', async () => {
  const answer = await holding(async () => {
    await untilTrue('the server has ended the hold', async () => (await sessions(`application_name LIKE '%hold rows'`)) === '0');
    await writer.run('UPDATE hot SET n = 5 WHERE id = 1');
    return 'too late';
  });
  expect(answer).toBeUndefined();
});
