/** A recording of what the source writes, and a rehearsal under it, as an operator lives through both. */
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {RehearsalRecord} from '../../src/model/rehearsal-record.ts';
import type {RecordingHead, TimedTransaction} from '../../src/rehearsal/recording.ts';
import {type OwnPostgresServer, ownPostgresServer, postgresServer} from '../support/servers.ts';
import {expectRefused, openStory, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const PLANTED = [
  'Annabella',
  'Quixotewicz',
  'annabella.q',
  'bank.example',
  'Hauptstrasse',
  '4930998877',
  'Zaragoza',
  '1984-06-17',
  '77123',
];

const SCHEMA = [
  'CREATE SCHEMA shop',
  `CREATE TABLE shop.people (login text PRIMARY KEY, full_name text NOT NULL, phone bigint, born date, city text, status text NOT NULL DEFAULT 'active',
     shown text GENERATED ALWAYS AS (full_name || ' <' || login || '>') STORED)`,
  'CREATE TABLE shop.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer text NOT NULL REFERENCES shop.people, salary numeric(12,2), note text)',
  'CREATE TABLE shop.tags (order_id bigint REFERENCES shop.orders ON DELETE CASCADE, tag text, PRIMARY KEY (order_id, tag))',
  "INSERT INTO shop.people (login, full_name) SELECT 'login' || g, 'Somebody ' || g FROM generate_series(1, 20) g",
  "INSERT INTO shop.orders (buyer, salary, note) SELECT 'login' || (1 + g % 20), g, 'for somebody' FROM generate_series(1, 60) g",
  "INSERT INTO shop.tags SELECT id, 'tag' FROM shop.orders",
];

/** Each line is a transaction of its own, with so many changes. */
const WRITES: readonly (readonly [changes: number, sql: string])[] = [
  [
    2,
    `INSERT INTO shop.people VALUES ('annabella.q@bank.example', 'Annabella Quixotewicz', 4930998877, '1984-06-17', 'Zaragoza');
     INSERT INTO shop.orders (buyer, salary, note) VALUES ('annabella.q@bank.example', 77123, 'to Annabella, Hauptstrasse 17')`,
  ],
  [1, "UPDATE shop.people SET city = 'near Zaragoza' WHERE login = 'login1'"],
  [
    2,
    "INSERT INTO shop.tags SELECT max(id), 'Quixotewicz' FROM shop.orders; UPDATE shop.tags SET tag = 'Annabella' WHERE tag = 'Quixotewicz'",
  ],
  [20, "UPDATE shop.people SET phone = 4930998877 WHERE login LIKE 'login%'"],
  // An order and, behind it, its tag.
  [2, 'DELETE FROM shop.orders WHERE id = 5'],
];

let story: Story;
let elsewhere: OwnPostgresServer;
let urls: readonly string[] = [];
const places: string[] = [];
const file = (): string => join(story.folder, 'orders.recording');

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  elsewhere = await ownPostgresServer({version: 18});
  story = await openStory({
    name: 'recorded',
    tables: ['shop.*'],
    on: {source: server, target: server},
    plan: {
      schema: {kind: 'catalog'},
      cutover: {start: 'manual'},
      gates: {cutover: ['replication-lag', 'checksum-match', 'approval']},
      rehearsal: {columns: {'shop.people.city': 'shuffle'}},
    },
  });
  await story.source.run(...SCHEMA);
  urls = [await elsewhere.createDatabase(), await elsewhere.createDatabase()];
  places.push('--source-clone', story.secret(urls[0] ?? ''), '--target-clone', story.secret(urls[1] ?? ''));
});

afterAll(async () => {
  await story?.[Symbol.asyncDispose]();
  await elsewhere?.stop();
});

const SLOTS =
  "SELECT count(*)::text FROM pg_replication_slots WHERE slot_name LIKE 'crossfade_record%' AND active AND confirmed_flush_lsn IS NOT NULL";
const slots = (): Promise<string | null> => story.source.value(SLOTS);
const recorded = (): readonly [RecordingHead, ...TimedTransaction[]] =>
  JSON.parse(`[${readFileSync(file(), 'utf8').trimEnd().split('\n').join(',')}]`) as [RecordingHead, ...TimedTransaction[]];

test('a recorder that is killed leaves nothing: no file, and no slot that would keep the log', async () => {
  const recorder = story.start(['rehearse', story.planFile, '--record', file(), '--measure', '1h']);
  await untilTrue('the recorder to read', async () => (await slots()) === '1');
  await recorder.kill9();
  await untilTrue('its slot to be gone', async () => (await slots()) === '0');
  expect(existsSync(file())).toBe(false);
});

test('what is written is recorded as it was written, and nobody can be read in it', async () => {
  const recorder = story.start(['rehearse', story.planFile, '--record', file(), '--measure', '8s']);
  await untilTrue('the recorder to read', async () => (await slots()) === '1');
  for (const [, sql] of WRITES) await story.source.run(`BEGIN; ${sql}; COMMIT`);
  expect(await recorder.ended, recorder.lastWords()).toBe(0);
  expect(await slots()).toBe('0');
  const [head, ...transactions] = recorded();
  expect(head).toMatchObject({format: 'crossfade-recording', version: 1, plan: 'recorded', transactions: WRITES.length});
  expect(transactions.map(({changes}) => changes.length)).toEqual(WRITES.map(([changes]) => changes));
  expect(transactions.every(({atMs}, i) => atMs >= (transactions[i - 1]?.atMs ?? 0))).toBe(true);
  const kinds = new Set(transactions.flatMap(({changes}) => changes.map(({kind}) => kind)));
  expect([...kinds].toSorted()).toEqual(['delete', 'insert', 'update']);
  const [buyer, order] = transactions[0]?.changes ?? [];
  expect(order).toMatchObject({kind: 'insert', row: {buyer: buyer && 'key' in buyer ? buyer.key[0] : ''}});
  const text = readFileSync(file(), 'utf8').toLowerCase();
  expect(PLANTED.filter((one) => text.includes(one.toLowerCase()))).toEqual([]);
  for (const one of [file(), `${file()}.key`]) expect(statSync(one).mode & 0o777).toBe(0o600);
});

test('it is played at its own pace, with every write accounted for, and its keys are those of the clone', async () => {
  const out = join(story.folder, 'played.json');
  const done = await story.type('rehearse', story.planFile, ...places, '--replay', file(), '--keep', '--out', out, '--json');
  expect(done.code, done.error).toBe(0);
  const {load, switches} = JSON.parse(readFileSync(out, 'utf8')) as RehearsalRecord;
  expect(switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
  expect(load).toMatchObject({lost: 0, refused: 0, replayed: {recordedAt: recorded()[0].recordedAt, rounds: expect.any(Number)}});
  expect(load.acknowledged).toBeGreaterThan(3 * WRITES.length);
  // Only what was deleted by the time of the clone: an order, its tag.
  expect(load.replayed?.absent).toBeGreaterThan(0);
  expect((load.replayed?.absent ?? 1) % 2).toBe(0);
  const clone = await storyDatabase(urls[1] ?? '');
  const orders = Number(await clone.value('SELECT count(*)::text FROM shop.orders'));
  expect([59, 60]).toContain(orders); // whether the one of the recording is there depends on when the last round ended
  expect(await clone.value('SELECT count(*)::text FROM shop.people JOIN shop.orders ON login = buyer')).toBe(String(orders));
  await clone.close();
});

test('what is no whole recording, or of other rules, is refused before anything is made', async () => {
  const replay = (plan: string, one: string) =>
    story.type('rehearse', plan, ...places, '--replay', one, '--out', join(story.folder, 'none.json'), '--json');
  const other = story.writePlan('other.yaml', {rehearsal: {columns: {'shop.people.city': 'keep'}}});
  expectRefused(await replay(other, file()), 'CF-REHEARSE-009', 2, 'disguised by other rules');
  const [head = '', ...lines] = readFileSync(file(), 'utf8').split('\n');
  const cases = {
    'a part of it is missing': [head, ...lines.slice(1)].join('\n'),
    'it is of version 2': [head.replace('"version":1', '"version":2'), ...lines].join('\n'),
    'it is no recording': '{}',
  };
  for (const [says, text] of Object.entries(cases)) {
    writeFileSync(join(story.folder, 'altered'), text);
    writeFileSync(join(story.folder, 'altered.key'), readFileSync(`${file()}.key`));
    expectRefused(await replay(story.planFile, join(story.folder, 'altered')), 'CF-REHEARSE-009', 2, says);
  }
  writeFileSync(join(story.folder, 'altered'), readFileSync(file()));
  writeFileSync(join(story.folder, 'altered.key'), 'another');
  expectRefused(await replay(story.planFile, join(story.folder, 'altered')), 'CF-REHEARSE-009', 2, 'that of another one');
});
