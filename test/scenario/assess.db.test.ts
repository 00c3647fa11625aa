/** `assess` against real servers: what is there, how it grows, what stands in the way; and damage that nothing later would find. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Assessment} from '../../src/cli/assess-report.ts';
import {openLetters} from '../support/letters.ts';
import {ownPostgresServer, postgresServer} from '../support/servers.ts';
import type {Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const USAGE = 2;
const NO_GO = 4;

async function assessed(story: Story, ...more: readonly string[]): Promise<{readonly code: number; readonly report: Assessment}> {
  const {code, output, error} = await story.type('assess', story.planFile, '--json', ...more);
  expect(output, error).toMatch(/^\{"schemaVersion":1,/);
  return {code, report: JSON.parse(output) as Assessment};
}

test('objects, sizes, keys, extensions, connections, growth and estimates, as JSON and in words', async () => {
  const settings = {shared_preload_libraries: 'pg_stat_statements'};
  await using story = await openLetters('assess', {on: {source: await postgresServer({version: 17, settings})}});
  await story.source.run(
    'CREATE EXTENSION pg_stat_statements',
    'CREATE EXTENSION amcheck',
    `SELECT count(*) FROM post.letters WHERE subject = 'canary of a value'`,
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assess_nobody') THEN CREATE ROLE assess_nobody PASSWORD 'canary of a password'; END IF; END $$`,
    `ALTER ROLE assess_nobody PASSWORD 'canary of a password'`,
  );
  const growing = grow(story);
  const {code, report} = await assessed(story, '--interval', '2s', '--target-disk', '100GiB');
  await growing.stop();
  expect(code).toBe(0);
  const kinds = Object.fromEntries(report.objects.map(({kind, count}) => [kind, count]));
  expect(kinds).toMatchObject({tables: 5, 'foreign keys': 2, views: 3, triggers: 1, sequences: 1});
  expect(report.tables.map(({name, key}) => [name, key])).toEqual([
    ['post.letters', ['code']],
    ['post.people', ['id']],
    ['post.stamps', ['letter', 'place']],
    ['post.visits', ['day', 'person']],
  ]);
  const letters = report.tables.find(({name}) => name === 'post.letters');
  expect(letters?.rows).toBe(4000);
  expect(letters?.bytes).toBeGreaterThan(200 * 20_480);
  expect(report.extensions.map(({name}) => name)).toEqual(['amcheck', 'pg_stat_statements', 'plpgsql']);
  expect(report.growth.bytesPerMonth).toBeGreaterThan(0);
  expect(report.growth.logBytesPerHour).toBeGreaterThan(0);
  expect(report.growth.monthsUntilTargetIsFull).toEqual(expect.any(Number));
  expect(report.estimate).toMatchObject({copySeconds: 1, diskBytes: expect.any(Number), logBytesKeptOnSource: expect.any(Number)});
  expect(report.connections.source.used).toBeGreaterThan(0);
  expect(report.connections.target.needed).toBe(16);
  expect(report.indexCheck).toEqual({checked: 4, corrupt: []});
  expect(report.statements?.map(({query}) => query)).toContain('SELECT count(*) FROM post.letters WHERE subject = $1');
  expect(JSON.stringify(report)).not.toContain('canary');
  const words = await story.type('assess', story.planFile, '--interval', '10ms');
  expect(words.output).toMatch(
    /objects .*tables[\s\S]*key \(letter, place\)[\s\S]*growth [\s\S]*estimate [\s\S]*key indexes  4 checked, all sound[\s\S]*checksums [\s\S]*statements /,
  );
  expect(await story.target.value(`SELECT to_regnamespace('crossfade')::text`), 'nothing is left there').toBeNull();
});

/** New pages all the while, in a table of its own. */
function grow({source}: Story): {stop(): Promise<void>} {
  let isOver = false;
  const growing = (async () => {
    const own = await storyDatabase(source.url);
    await own.run('CREATE TABLE growth (content text)');
    while (!isOver) await own.run(`INSERT INTO growth SELECT repeat('x', 2000) FROM generate_series(1, 200)`);
    await own.close();
  })();
  return {
    stop: async () => {
      isOver = true;
      await growing;
    },
  };
}

test('what cannot be moved is listed as a whole, and is a no-go', async () => {
  await using story = await openLetters('assess-refused');
  await story.source.run(
    'CREATE TABLE post.keyless (what text)',
    'CREATE UNLOGGED TABLE post.fleeting (id int PRIMARY KEY)',
    'CREATE TABLE post.silent (id int PRIMARY KEY); ALTER TABLE post.silent REPLICA IDENTITY NOTHING',
    'SELECT lo_create(0)',
    `INSERT INTO post.keyless VALUES ('x')`,
  );
  const {code, report} = await assessed(story, '--interval', '10ms');
  expect(code).toBe(NO_GO);
  expect(report.fit).toBe(false);
  const refused = report.findings.filter(({severity}) => severity === 'refuse').map(({code: found, object}) => `${found} ${object}`);
  expect(refused).toEqual(
    expect.arrayContaining([
      'CF-SCOPE-002 post.keyless',
      'CF-SCOPE-004 post.fleeting',
      'CF-SCOPE-003 post.silent',
      'CF-SCOPE-004 large objects',
    ]),
  );
  expect((await story.type('assess', story.planFile, '--interval', '10ms')).output).toMatch(
    /post\.keyless .*NO KEY[\s\S]*REFUSED CF-SCOPE-002 post\.keyless/,
  );
  for (const bad of [
    ['--interval', 'soon'],
    ['--target-disk', '1 TB'],
  ])
    expect((await story.type('assess', story.planFile, ...bad)).code).toBe(USAGE);
});

test('without amcheck, or without the right to use it, the report says that nothing was checked', async () => {
  await using story = await openLetters('assess-blind');
  const {indexCheck} = (await assessed(story, '--interval', '10ms')).report;
  expect(indexCheck).toEqual({notChecked: expect.stringContaining('CREATE EXTENSION amcheck')});
  const role = `reader_${story.source.port}_${Date.now()}`;
  await story.source.run('CREATE EXTENSION amcheck', `CREATE ROLE ${role} LOGIN PASSWORD 'only-for-this-test'`);
  const url = Object.assign(new URL(story.source.url), {username: role, password: 'only-for-this-test'}).href;
  story.writePlan('plan.yaml', {source: {engine: 'postgres', url: story.secret(url)}});
  const {report} = await assessed(story, '--interval', '10ms');
  expect(report.indexCheck).toEqual({notChecked: expect.stringContaining('GRANT EXECUTE ON FUNCTION public.bt_index_check')});
  await story.source.run(`DROP ROLE ${role}`);
});

const PAGE = 8192;
const FIRST_ITEM = 24;

/** On disk, while the server is stopped: the order of two rows in a leaf, or the whole leaf. */
function damage(file: string, how: 'swapped' | 'zeroed'): void {
  const bytes = readFileSync(file);
  const leaf = PAGE; // the page after the meta page is the first leaf
  if (how === 'zeroed') bytes.fill(0, leaf, leaf + PAGE);
  else {
    const item = (place: number) => leaf + FIRST_ITEM + 4 * place;
    const [one, two] = [bytes.readUInt32LE(item(4)), bytes.readUInt32LE(item(5))];
    bytes.writeUInt32LE(two, item(4));
    bytes.writeUInt32LE(one, item(5));
  }
  writeFileSync(file, bytes);
}

test.each(['swapped', 'zeroed'] as const)(
  'an index that was damaged on disk (%s) is a no-go, for assess and for run; rebuilt, the run begins',
  async (how) => {
    const server = await ownPostgresServer({version: 17});
    try {
      await using story = await openLetters(`assess-${how}`, {on: {source: server}, plan: {gates: {cutover: ['approval']}}});
      await story.source.run('CREATE EXTENSION amcheck', 'CHECKPOINT');
      const file = join(server.dataFolder ?? '', (await story.source.value(`SELECT pg_relation_filepath('post.letters_pkey')`)) ?? '');
      await server.kill9();
      damage(file, how);
      await server.restart();
      await story.reopen('source');
      const {code, report} = await assessed(story, '--interval', '10ms');
      expect(code).toBe(NO_GO);
      expect(report.indexCheck).toMatchObject({checked: expect.any(Number), corrupt: [{index: 'post.letters_pkey'}]});
      expect((await story.type('assess', story.planFile, '--interval', '10ms')).output).toMatch(
        /1 CORRUPT[\s\S]*REFUSED CF-SCOPE-004 post\.letters_pkey: is corrupt/,
      );
      const runner = story.start(['run', story.planFile]);
      expect(await runner.ended).toBe(NO_GO);
      expect((await story.facts()).at(-1)).toMatchObject({
        type: 'failed',
        code: 'CF-SCOPE-004',
        error: expect.stringContaining('post.letters_pkey'),
      });
      await story.source.run('REINDEX INDEX post.letters_pkey');
      story.start(['resume']);
      await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
    } finally {
      await server.stop();
    }
  },
);
