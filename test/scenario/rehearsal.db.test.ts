/** A rehearsal as an operator lives through it: the original is only read, nothing personal reaches the clone, and the record counts. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {RehearsalRecord} from '../../src/model/rehearsal-record.ts';
import type {Report} from '../../src/report/report.ts';
import {type OwnPostgresServer, ownPostgresServer, postgresServer} from '../support/servers.ts';
import {expectRefused, openStory, type Story} from '../support/story.ts';
import {type StoryDatabase, storyDatabase} from '../support/story-database.ts';

/** Planted in columns of every kind; none of them may be found in the clone. */
const PLANTED = [
  'Annabella',
  'Quixotewicz',
  'annabella.q@bank.example',
  'Hauptstrasse 17',
  '4930998877',
  'Zaragoza',
  'DE75512108001245126199',
];

const SCHEMA = [
  'CREATE SCHEMA shop',
  "CREATE TYPE shop.grade AS ENUM ('low', 'high')",
  `CREATE TABLE shop.people (login text PRIMARY KEY, full_name varchar(60) NOT NULL, email text UNIQUE, phone bigint, born date, profile jsonb,
     tags text[], avatar bytea, grade shop.grade, status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'gone')),
     shown text GENERATED ALWAYS AS (full_name || ' <' || login || '>') STORED, chief text REFERENCES shop.people)`,
  'CREATE TABLE shop.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer text NOT NULL REFERENCES shop.people, iban text, amount numeric(12,2) NOT NULL, note text)',
  'CREATE TABLE shop.letters (id bigserial PRIMARY KEY, order_id bigint REFERENCES shop.orders, body text, token uuid)',
  `INSERT INTO shop.people SELECT 'login' || g, 'Somebody Number' || g, 'mail' || g || '@bank.example', 4930000000 + g, date '1950-01-01' + g, NULL, NULL, NULL, 'low'
     FROM generate_series(1, 300) g`,
  `UPDATE shop.people SET chief = 'login' || (1 + (substr(login, 6)::int * 7) % 300)`,
  `INSERT INTO shop.people VALUES ('annabella.q', 'Annabella Quixotewicz', 'annabella.q@bank.example', 4930998877, '1984-06-17',
     '{"name": "Annabella", "home": {"street": "Hauptstrasse 17", "phone": 4930998877}, "annabella.q@bank.example": true, "status": "active"}',
     '{"Zaragoza","Annabella Quixotewicz"}', convert_to('Annabella Quixotewicz', 'UTF8'), 'high', 'active')`,
  `INSERT INTO shop.orders (buyer, iban, amount, note) SELECT 'login' || (1 + g % 300), 'DE' || g, g, 'for somebody' FROM generate_series(1, 900) g`,
  "INSERT INTO shop.orders (buyer, iban, amount, note) VALUES ('annabella.q', 'DE75512108001245126199', 10, 'leave it with Annabella in Zaragoza, Hauptstrasse 17')",
  `INSERT INTO shop.letters (order_id, body, token) SELECT id, 'Dear ' || buyer, gen_random_uuid() FROM shop.orders`,
];

let story: Story;
let elsewhere: OwnPostgresServer;
let urls: readonly string[] = [];
const places: string[] = [];

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  elsewhere = await ownPostgresServer({version: 18});
  story = await openStory({
    name: 'rehearsed',
    tables: ['shop.*'],
    on: {source: server, target: server},
    plan: {
      schema: {kind: 'catalog'},
      cutover: {start: 'manual'},
      gates: {'prepare-target': [{rehearsed: {record: 'record.json'}}], cutover: ['replication-lag', 'checksum-match', 'approval']},
      rehearsal: {columns: {'shop.people.born': {range: 'year'}}},
    },
  });
  await story.source.run(...SCHEMA, 'SELECT pg_stat_force_next_flush()');
  urls = [await elsewhere.createDatabase(), await elsewhere.createDatabase()];
  places.push('--source-clone', story.secret(urls[0] ?? ''), '--target-clone', story.secret(urls[1] ?? ''));
});

afterAll(async () => {
  await story?.[Symbol.asyncDispose]();
  await elsewhere?.stop();
});

/** Whoever is connected to a place when a clone is made there is shown out, so each look has a connection of its own. */
const lookAt = async <T>(place: 0 | 1, look: (database: StoryDatabase) => Promise<T>): Promise<T> => {
  const database = await storyDatabase(urls[place] ?? '');
  try {
    return await look(database);
  } finally {
    await database.close();
  }
};

/** Every row of every table as text, with what bytes spell. */
const everything = async (database: StoryDatabase): Promise<string> => {
  const tables = await database.rows(
    "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 1",
  );
  const texts: unknown[] = [await database.rows("SELECT encode(avatar, 'escape') FROM shop.people WHERE avatar IS NOT NULL")];
  for (const [table] of tables) texts.push(await database.rows(`SELECT t::text FROM ${table} t ORDER BY 1`));
  return JSON.stringify(texts);
};

/** What Crossfade leaves in a database that it moves. */
const OURS =
  "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'crossfade%') + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())";

/** Traffic that changes nothing, so that what was there before can be compared. */
async function writeUntil(over: AbortSignal): Promise<void> {
  const application = await storyDatabase(story.source.url);
  try {
    while (!over.aborted) {
      await application.run("UPDATE shop.people SET status = status WHERE login LIKE 'login1_'");
      await sleep(500);
    }
  } finally {
    await application.close();
  }
}

test('a multiple of a peak that cannot be measured is refused before anything is made', async () => {
  const idle = await story.type('rehearse', story.planFile, ...places, '--rate', '3x', '--measure', '1s', '--json');
  expectRefused(idle, 'CF-REHEARSE-007', 4, 'nothing was written meanwhile');
  const wrong = await story.type('rehearse', story.planFile, ...places, '--rate', 'x3', '--json');
  expectRefused(wrong, 'CF-USAGE-001', 2, '--rate cannot be x3');
  expect(await lookAt(0, (database) => database.value("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'crossfade_clone'"))).toBe(
    '0',
  );
});

test('a dry run shows what becomes of each column, and makes nothing', async () => {
  const {code, output} = await story.type('rehearse', story.planFile, '--dry-run');
  expect(code).toBe(0);
  expect(output).toMatch(/shop\.people\.full_name +fake/);
  expect(output).toMatch(/shop\.people\.born +range of year \(plan\)/);
  expect(output).toMatch(/shop\.orders\.buyer +fake \(reference\)/);
});

test('a place that could be production is refused, and nothing is written there', async () => {
  const [, , , target = ''] = places;
  const real = await story.type('rehearse', story.planFile, '--source-clone', story.secret(story.source.url), '--target-clone', target);
  expect(real).toMatchObject({code: 4, error: expect.stringContaining('CF-REHEARSE-001')});
  expect(real.error).toContain("is on the server of the plan's source");
  await lookAt(1, (database) => database.run('CREATE TABLE somebodys (id int)'));
  const foreign = await story.type('rehearse', story.planFile, ...places);
  expect(foreign).toMatchObject({code: 4, error: expect.stringContaining('holds something that no rehearsal has made')});
  expect(await lookAt(1, (database) => database.value('SELECT count(*)::text FROM somebodys'))).toBe('0');
  await lookAt(1, (database) => database.run('DROP TABLE somebodys'));
  expect(await story.source.value(OURS)).toBe('0');
});

test('forward, back and forward on a clone in which nobody can be read', async () => {
  const before = await everything(story.source);
  const file = join(story.folder, 'record.json');
  const over = new AbortController();
  const writing = writeUntil(over.signal);
  const done = await story.type(
    'rehearse',
    story.planFile,
    ...places,
    ...['--keep', '--rate', '3x', '--measure', '5s', '--out', file, '--json'],
  );
  over.abort();
  await writing;
  expect(done.code, done.error).toBe(0);
  const found = JSON.parse(readFileSync(file, 'utf8')) as RehearsalRecord;
  expect(found.switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
  expect(found.load).toMatchObject({
    lost: 0,
    refused: 0,
    measured: {times: 3, rowsPerSecond: expect.any(Number), measuredMs: expect.any(Number)},
  });
  expect(found.load.rate).toBe(Math.round(3 * (found.load.measured?.rowsPerSecond ?? 0)));
  expect(found.load.reached).toBeGreaterThan(0);
  expect(found.load.acknowledged).toBeGreaterThan(60);
  expect(found.clone.tables.find(({table}) => table === 'shop.orders')?.rows).toBe(901);
  expect(found.clone.readable.map(({column}) => column)).toContain('shop.people.status');
  for (const place of [0, 1] as const) {
    const all = await lookAt(place, everything);
    expect(PLANTED.filter((text) => all.toLowerCase().includes(text.toLowerCase()))).toEqual([]);
    const joined = 'SELECT count(*)::text FROM shop.orders JOIN shop.people ON login = buyer';
    expect(await lookAt(place, (database) => database.value(joined))).toBe('901');
  }
  expect(PLANTED.filter((text) => before.includes(text))).toEqual(PLANTED); // they would have been found
  expect(await everything(story.source)).toBe(before);
  expect(await story.source.value(OURS)).toBe('0');
});

test('a plan whose cutover starts by itself goes the same way', async () => {
  const plan = story.writePlan('at-once.yaml', {
    name: 'at-once',
    cutover: {start: 'auto'},
    gates: {cutover: ['replication-lag', 'checksum-match']},
  });
  const [file, page] = ['at-once.json', 'at-once.html'].map((name) => join(story.folder, name)) as [string, string];
  const words = ['rehearse', plan, ...places, '--sample', '20', '--rate', '4', '--out', file, '--report', page];
  writeFileSync(page, 'of before');
  expectRefused(await story.type(...words, '--json'), 'CF-USAGE-001', 2, `${page} is there already`);
  rmSync(page);
  const done = await story.type(...words);
  expect(done.code, done.error).toBe(0);
  const html = readFileSync(page, 'utf8');
  for (const part of [
    'at-once: rehearsal report',
    'no write was lost',
    'What to expect of the real run',
    'phase initial-load',
    'not rehearsed',
    '3. to the target',
  ])
    expect(html).toContain(part);
  expect(PLANTED.filter((text) => html.toLowerCase().includes(text.toLowerCase()))).toEqual([]);
  const {switches} = JSON.parse(readFileSync(file, 'utf8')) as RehearsalRecord;
  expect(switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
});

test('the real run is held back while anything differs from what was rehearsed, and goes on when it does not', async () => {
  await story.source.run('CREATE TABLE shop.later (id int PRIMARY KEY)');
  const held = await story.type('run', story.planFile, '--timeout', '1s');
  expect(held).toMatchObject({code: 4, output: expect.stringContaining('shop.later was not there')});
  await story.source.run('DROP TABLE shop.later');
  const name = await story.target.value('SELECT current_database()');
  await story.target.run(`ALTER DATABASE "${name}" SET work_mem = '8MB'`);
  const changed = await story.type('run', story.planFile, '--timeout', '1s');
  expect(changed).toMatchObject({code: 4, output: expect.stringContaining('work_mem of the target was')});
  await story.target.run(`ALTER DATABASE "${name}" RESET work_mem`);
  await story.source.run(
    `INSERT INTO shop.letters (body) SELECT repeat(md5(g::text), 60) FROM generate_series(1, 20000) g`,
    'ANALYZE shop.letters',
  );
  const grown = await story.type('run', story.planFile, '--timeout', '1s');
  expect(grown).toMatchObject({code: 4, output: expect.stringContaining('shop.letters had')});
  await story.source.run('DELETE FROM shop.letters WHERE order_id IS NULL', 'VACUUM FULL shop.letters', 'ANALYZE shop.letters');
  const went = await story.type('run', story.planFile, '--leave');
  expect(went.code, went.error).toBe(3);
  const passed = (await story.facts()).find((fact) => fact.type === 'gates-passed' && fact.phase === 'prepare-target');
  expect(passed).toMatchObject({verdicts: [{gate: 'rehearsed', go: true, evidence: expect.stringContaining('none lost')}]});
  const {forecast} = JSON.parse((await story.type('report', '--json')).output) as Pick<Report, 'forecast'>;
  const load = forecast?.lines.find(({what}) => what === 'phase initial-load');
  expect(load).toEqual({
    what: 'phase initial-load',
    ...{forecastMs: expect.any(Number), ms: expect.any(Number), ratio: expect.any(Number)},
  });
});
