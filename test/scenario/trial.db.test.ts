/** A trial as an application's developers live through it: the target is there for their tests, and afterwards nothing is, however it ended. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type OwnPostgresServer, ownPostgresServer, postgresServer} from '../support/servers.ts';
import {openStory, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const SCHEMA = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.people (id int PRIMARY KEY, full_name text NOT NULL)',
  'CREATE TABLE shop.orders (id bigserial PRIMARY KEY, buyer int NOT NULL REFERENCES shop.people, amount numeric(12,2) NOT NULL)',
  "INSERT INTO shop.people SELECT g, 'Annabella Number' || g FROM generate_series(1, 100) g",
  'INSERT INTO shop.orders (buyer, amount) SELECT 1 + g % 100, g FROM generate_series(1, 500) g',
];

/** Writes as the application would, notes what it found, and ends with 3. */
const TESTS = `
import pg from ${JSON.stringify(fileURLToPath(import.meta.resolve('pg')))};
import {writeFileSync} from 'node:fs';
const client = new pg.Client({connectionString: process.env.DATABASE_URL});
await client.connect();
const value = async (sql) => Object.values((await client.query(sql)).rows[0])[0];
await client.query('INSERT INTO shop.orders (buyer, amount) SELECT min(id), 7 FROM shop.people');
writeFileSync(process.argv[2], JSON.stringify({
  real: process.env.STORY_SOURCE ?? process.env.STORY_TARGET ?? null,
  names: await value("SELECT count(*)::int FROM shop.people WHERE full_name LIKE 'Annabella%'"),
  joined: await value('SELECT count(*)::int FROM shop.orders JOIN shop.people ON people.id = buyer'),
  type: await value("SELECT data_type FROM information_schema.columns WHERE table_schema = 'shop' AND table_name = 'people' AND column_name = 'id'"),
  fences: await value("SELECT count(*)::int FROM pg_trigger WHERE tgname LIKE 'crossfade%'"),
}));
if (process.argv[3] === 'stay') await new Promise(() => setInterval(() => {}, 1000));
process.exit(3);
`;

let story: Story;
let elsewhere: OwnPostgresServer;
let urls: readonly string[] = [];
let words: readonly string[] = [];

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  elsewhere = await ownPostgresServer({version: 18});
  story = await openStory({
    name: 'tried',
    tables: ['shop.*'],
    on: {source: server, target: server},
    plan: {
      schema: {kind: 'catalog'},
      mapping: {tables: {'shop.people': {columns: {id: {type: 'bigint'}}}}},
      cutover: {start: 'manual'},
      reverse: {window: '7d'},
      gates: {cutover: ['replication-lag', 'checksum-match', 'approval']},
    },
  });
  await story.source.run(...SCHEMA);
  urls = [await elsewhere.createDatabase(), await elsewhere.createDatabase()];
  const [source = '', target = ''] = urls.map((url) => story.secret(url));
  words = ['trial', story.planFile, '--source-clone', source, '--target-clone', target];
  writeFileSync(join(story.folder, 'tests.mjs'), TESTS);
});

afterAll(async () => {
  await story?.[Symbol.asyncDispose]();
  await elsewhere?.stop();
});

/** After `--` the words are those of the tests. */
const tests = (...more: readonly string[]): readonly string[] => [
  ...['--state', join(story.folder, 'state'), '--'],
  ...[process.execPath, join(story.folder, 'tests.mjs'), ...more],
];

const tables = async (place: 0 | 1): Promise<string | null> => {
  const database = await storyDatabase(urls[place] ?? '');
  try {
    return await database.value(
      "SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'",
    );
  } finally {
    await database.close();
  }
};
const EMPTIED = 'crossfade_clone public';
const FULL = 'crossfade crossfade_clone public shop';

const OURS =
  "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'crossfade%') + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())";

test('the tests find the target as it will be, know nothing of the real databases, and leave nothing behind', async () => {
  const found = join(story.folder, 'found.json');
  const tried = await story.type(...words, '--json', ...tests(found));
  expect(tried.code, tried.error).toBe(4);
  expect(JSON.parse(tried.output)).toMatchObject({
    target: words[5],
    clone: {
      extent: 'the whole source',
      tables: [
        {table: 'shop.orders', rows: 500},
        {table: 'shop.people', rows: 100},
      ],
    },
    leftOut: ['gate approval before cutover', 'the canary'],
    tests: {exitCode: 3, signal: null},
    isEmptied: true,
    next: [],
  });
  expect(JSON.parse(readFileSync(found, 'utf8'))).toEqual({real: null, names: 0, joined: 501, type: 'bigint', fences: 0});
  expect([await tables(0), await tables(1)]).toEqual([EMPTIED, EMPTIED]);
  expect(await story.source.value(OURS)).toBe('0');
  expect(await story.target.value("SELECT count(*)::text FROM pg_namespace WHERE nspname IN ('shop', 'crossfade')")).toBe('0');
  expect((await story.type('status', '--json')).output).not.toContain('"phase"');
});

test('without tests the target stays, told by its reference alone, until it is dropped', async () => {
  const tried = await story.type(...words, '--sample', '10');
  expect(tried.code, tried.error).toBe(0);
  expect(tried.output).toContain(`${words[5]}: the target as the plan leaves it, of a sample of 10 rows of each table`);
  for (const url of urls) expect(`${tried.output}${tried.error}`).not.toContain(new URL(url).password || url);
  expect([await tables(0), await tables(1)]).toEqual([EMPTIED, FULL]);
  const asked = await story.type(...words, '--drop', '--dry-run');
  expect(asked.output).toContain(`${words[5]}: would be emptied`);
  expect(await tables(1)).toContain('shop');
  const dropped = await story.type(...words, '--drop', '--json');
  expect(JSON.parse(dropped.output)).toMatchObject({dryRun: false, emptied: [words[3], words[5]]});
  expect(await tables(1)).toBe(EMPTIED);
});

test('killed in its cutover, or while the tests go on, it leaves nothing that the next one does not take away', async () => {
  await story.killAt({kind: 'sql.reply', label: 'fence: COMMIT'}, words);
  expect([await tables(0), await tables(1)]).toEqual([FULL, FULL]);
  const found = join(story.folder, 'found-again.json');
  const testing = story.start([...words, ...tests(found, 'stay')]);
  await untilTrue('the tests to have looked', () => existsSync(found) || !testing.isRunning);
  expect(testing.isRunning).toBe(true);
  await testing.kill9();
  expect(await tables(1)).toContain('shop');
  const dropped = await story.type(...words, '--drop');
  expect(dropped.code, dropped.error).toBe(0);
  expect([await tables(0), await tables(1)]).toEqual([EMPTIED, EMPTIED]);
  expect(await story.source.value(OURS)).toBe('0');
});

test('asked to stop, it ends the tests and takes the target away', async () => {
  const found = join(story.folder, 'found-before-the-stop.json');
  const testing = story.start([...words, '--sample', '10', ...tests(found, 'stay')]);
  await untilTrue('the tests to have looked', () => existsSync(found) || !testing.isRunning);
  expect(testing.isRunning).toBe(true);
  await testing.stop();
  expect(await testing.ended).toBe(143);
  expect(await tables(1)).toBe(EMPTIED);
});

test('a place with something of somebody in it is neither used nor emptied', async () => {
  const theirs = await elsewhere.createDatabase();
  const database = await storyDatabase(theirs);
  await database.run('CREATE TABLE somebodys (id int)');
  for (const verb of [[], ['--drop']]) {
    const refused = await story.type(...words.slice(0, 5), story.secret(theirs), ...verb);
    expect(refused).toMatchObject({code: 4, error: expect.stringContaining('CF-REHEARSE-001')});
  }
  expect(await database.value('SELECT count(*)::text FROM somebodys')).toBe('0');
  await database.close();
});
