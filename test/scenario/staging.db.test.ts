/** A rehearsal in an environment as an operator lives through it: production is only read, and staging is as it was afterwards. */
import {cpSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {stringify} from 'yaml';
import type {RehearsalRecord} from '../../src/model/rehearsal-record.ts';
import {type OwnPostgresServer, ownPostgresServer, postgresServer} from '../support/servers.ts';
import {expectRefused, openStory, type Story} from '../support/story.ts';
import {type StoryDatabase, storyDatabase} from '../support/story-database.ts';

const SCHEMA = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.people (id int PRIMARY KEY, full_name text NOT NULL)',
  'CREATE TABLE shop.orders (id bigserial PRIMARY KEY, buyer int NOT NULL REFERENCES shop.people, amount numeric(12,2) NOT NULL, note text)',
  "INSERT INTO shop.people SELECT g, 'Person ' || g FROM generate_series(1, 50) g",
  "INSERT INTO shop.orders (buyer, amount, note) SELECT 1 + g % 50, g, 'note ' || g FROM generate_series(1, 200) g",
];

let story: Story;
let elsewhere: OwnPostgresServer;
let config = '';
let staging: {readonly source: StoryDatabase; readonly target: StoryDatabase};
/** The same databases for a plan whose own addresses are not known here. */
let unknown = '';

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  elsewhere = await ownPostgresServer({version: 18});
  const gates = {'prepare-target': [{rehearsed: {record: 'record.json'}}], cutover: ['replication-lag', 'checksum-match', 'approval']};
  story = await openStory({
    name: 'staged',
    tables: ['shop.*'],
    on: {source: server, target: server},
    plan: {schema: {kind: 'catalog'}, cutover: {start: 'manual'}, reverse: {window: '7d'}, gates},
  });
  staging = {
    source: await storyDatabase(await elsewhere.createDatabase('staging_source')),
    target: await storyDatabase(await elsewhere.createDatabase('staging_target')),
  };
  for (const database of [story.source, staging.source]) await database.run(...SCHEMA);
  config = environments('crossfade.yaml', {STORY_SOURCE: staging.source.url, STORY_TARGET: staging.target.url});
  unknown = story.writePlan('unknown.yaml', {
    source: {engine: 'postgres', url: 'env:NOT_KNOWN_SOURCE'},
    target: {engine: 'postgres', url: 'env:NOT_KNOWN_TARGET'},
  });
});

afterAll(async () => {
  await Promise.all([staging?.source.close(), staging?.target.close()]);
  await story?.[Symbol.asyncDispose]();
  await elsewhere?.stop();
});

/** The project's file, in which addresses stand by reference. */
function environments(name: string, addresses: Readonly<Record<string, string>>): string {
  const file = join(story.folder, name);
  const references = Object.fromEntries(Object.entries(addresses).map(([variable, url]) => [variable, story.secret(url)]));
  writeFileSync(file, stringify({environments: {staging: references}}));
  return file;
}

const rehearse = (plan: string, file: string, ...more: readonly string[]) =>
  story.type('rehearse', plan, '--env', 'staging', '--config', file, ...more);

/** Schemas, slots, publications and triggers of ours, and whether there are tables at all. */
const TRACES = `SELECT concat_ws(' ',
  (SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'),
  (SELECT string_agg(slot_name, ' ') FROM pg_replication_slots WHERE database = current_database()),
  (SELECT string_agg(pubname, ' ') FROM pg_publication), (SELECT string_agg(tgname, ' ') FROM pg_trigger WHERE NOT tgisinternal))`;
const traces = async () => [await staging.source.value(TRACES), await staging.target.value(TRACES)];
const AS_BEFORE = ['shop', ''];
const ROWS =
  "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT o::text FROM shop.orders o UNION ALL SELECT p::text FROM shop.people p) t";
const kept = (): readonly string[] => {
  const folder = join(story.folder, 'state', 'rehearsals');
  return existsSync(folder) ? readdirSync(folder) : [];
};

test('production is refused, however it is called, and so is what cannot be told from it', async () => {
  const rows = await story.source.value(ROWS);
  const address = new URL(story.source.url);
  address.hostname = address.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  const real = environments('real.yaml', {STORY_SOURCE: address.href, STORY_TARGET: staging.target.url});
  expectRefused(
    await rehearse(story.planFile, real, '--json'),
    'CF-ENV-003',
    4,
    "source of staging is on the server of the plan's own source",
  );
  const swapped = environments('swapped.yaml', {STORY_SOURCE: staging.source.url, STORY_TARGET: address.href});
  expectRefused(await rehearse(story.planFile, swapped, '--json'), 'CF-ENV-003', 4, 'target of staging is on the server');
  const partly = environments('partly.yaml', {STORY_SOURCE: staging.source.url});
  expectRefused(await rehearse(story.planFile, partly, '--json'), 'CF-ENV-002', 2, 'what stands for STORY_TARGET');
  const unmarked = environments('unmarked.yaml', {NOT_KNOWN_SOURCE: story.source.url, NOT_KNOWN_TARGET: staging.target.url});
  const asked = await rehearse(unknown, unmarked, '--json');
  expectRefused(asked, 'CF-ENV-003', 4, 'COMMENT ON DATABASE');
  expect(await story.source.value(ROWS)).toBe(rows);
  expect(await story.source.value(TRACES)).toBe('shop');
  expect(await traces()).toEqual(AS_BEFORE);
});

test('a plan whose own source does not answer is refused: nobody can tell whether it is another server', async () => {
  const gone = story.writePlan('gone.yaml', {source: {engine: 'postgres', url: 'env:STORY_GONE'}});
  const file = environments('gone-environment.yaml', {STORY_GONE: staging.source.url, STORY_TARGET: staging.target.url});
  process.env['STORY_GONE'] = 'postgres://nobody@127.0.0.1:1/none';
  try {
    expectRefused(await rehearse(gone, file, '--json'), 'CF-ENV-003', 4, "the plan's source does not answer");
  } finally {
    delete process.env['STORY_GONE'];
  }
});

test('another schema is refused by the names of what differs', async () => {
  await staging.source.run('ALTER TABLE shop.orders ADD COLUMN later int');
  expectRefused(await rehearse(story.planFile, config, '--json'), 'CF-ENV-004', 4, 'table shop.orders');
  await staging.source.run('ALTER TABLE shop.orders DROP COLUMN later');
  const wider = story.writePlan('wider.yaml', {scope: {tables: ['shop.*', 'bank.*']}});
  expectRefused(await rehearse(wider, config, '--json'), 'CF-ENV-004', 4, 'bank.* of the plan is not there');
});

test('forward, back and forward in staging, which is then as it was; production goes on by that record', async () => {
  const before = await story.source.value(ROWS);
  const looked = await rehearse(story.planFile, config, '--dry-run', '--json');
  expect(JSON.parse(looked.output)).toMatchObject({dryRun: true, environment: {name: 'staging'}});
  const file = join(story.folder, 'record.json');
  const done = await rehearse(story.planFile, config, '--out', file, '--json');
  expect(done.code, done.error).toBe(0);
  const record = JSON.parse(readFileSync(file, 'utf8')) as RehearsalRecord;
  expect(record.switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
  expect(record.load).toMatchObject({lost: 0, rate: 20});
  const systemId = await staging.source.value('SELECT system_identifier::text FROM pg_control_system()');
  expect(record.environment).toMatchObject({
    name: 'staging',
    servers: {source: {systemId, database: 'staging_source'}, target: {systemId, database: 'staging_target'}},
    isAroundPlan: true,
  });
  for (const {url} of [staging.source, staging.target, story.source])
    expect(`${readFileSync(file, 'utf8')}${done.output}${done.error}`).not.toContain(new URL(url).password || url);
  expect(await traces()).toEqual(AS_BEFORE);
  expect(await staging.source.value('SELECT count(*)::text FROM shop.orders')).toBe('200');
  expect(kept()).toEqual([]);
  expect([await story.source.value(ROWS), await story.source.value(TRACES)]).toEqual([before, 'shop']);
  const went = await story.type('run', story.planFile, '--leave');
  expect(went.code, went.error).toBe(3);
  const passed = (await story.facts()).find((fact) => fact.type === 'gates-passed' && fact.phase === 'prepare-target');
  expect(passed).toMatchObject({verdicts: [{gate: 'rehearsed', go: true, evidence: expect.stringContaining('the environment staging')}]});
});

test('without the plan’s own addresses the databases themselves say that they are staging', async () => {
  for (const database of [staging.source, staging.target])
    await database.run(
      `COMMENT ON DATABASE ${await database.value('SELECT current_database()')} IS 'of the shop; crossfade environment: staging'`,
    );
  const file = environments('known.yaml', {NOT_KNOWN_SOURCE: staging.source.url, NOT_KNOWN_TARGET: staging.target.url});
  expectRefused(await rehearse(unknown, file, '--rate', '3x', '--json'), 'CF-REHEARSE-007', 4, 'is not known here');
  const record = join(story.folder, 'unknown.json');
  const stays = await rehearse(unknown, file, '--out', record, '--keep');
  expect(stays.code, stays.error).toBe(0);
  expect(await traces()).not.toEqual(AS_BEFORE);
  // The next one takes back what was kept.
  const done = await rehearse(unknown, file, '--out', record, '--yes');
  expect(done.code, done.error).toBe(0);
  expect(done.error).toContain('taking back what a rehearsal has left in staging');
  expect(kept()).toEqual([]);
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({environment: {isAroundPlan: false}});
  expect(await traces()).toEqual(AS_BEFORE);
});

test('killed after its switch it is taken back, and never goes on with production', async () => {
  const words = ['rehearse', story.planFile, '--env', 'staging', '--config', config];
  await story.killAt({kind: 'journal.write', label: 'phase-started reverse-window'}, [
    ...words,
    '--out',
    join(story.folder, 'killed.json'),
  ]);
  const [id = ''] = kept();
  cpSync(join(story.folder, 'state', 'rehearsals', id), join(story.folder, 'elsewhere'), {recursive: true});
  expect(await traces()).not.toEqual(AS_BEFORE);
  for (const verb of [['resume'], ['run', story.planFile]])
    expectRefused(await story.typeElsewhere(...verb, '--json'), 'CF-VERB-001', 2, 'it was rehearsed in staging');
  const moved = environments('moved.yaml', {STORY_SOURCE: staging.source.url, STORY_TARGET: staging.target.url});
  expectRefused(
    await rehearse(story.planFile, moved, '--drop', '--json'),
    'CF-ENV-002',
    2,
    'did not come to its end, and it went on file:',
  );
  const asked = await rehearse(story.planFile, config, '--drop', '--dry-run', '--json');
  expect(JSON.parse(asked.output)).toMatchObject({dryRun: true, environment: 'staging', rehearsals: 1});
  const dropped = await rehearse(story.planFile, config, '--drop', '--json');
  expect(dropped.code, dropped.error).toBe(0);
  expect(JSON.parse(dropped.output)).toMatchObject({environment: 'staging', rehearsals: 1});
  expect(await traces()).toEqual(AS_BEFORE);
  expect(kept()).toEqual([]);
});
