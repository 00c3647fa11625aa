/** A rehearsal in an environment of MySQL or MariaDB: forward, back and forward between two engines, and staging as it was. */
import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import type {RehearsalRecord} from '../../src/model/rehearsal-record.ts';
import {hadServers, type HadServer} from '../support/mysql-databases.ts';
import {postgresServer} from '../support/servers.ts';
import {expectRefused, openStory, type Story} from '../support/story.ts';

const SCHEMA = [
  `SET SESSION sql_mode = ''`, // zero dates, as old applications have them
  `CREATE TABLE people (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, mail varchar(60) NOT NULL UNIQUE, name varchar(60) NOT NULL,
     mood enum('happy','sad') NOT NULL DEFAULT 'happy', tags set('new','vip','old'), is_active tinyint(1) NOT NULL DEFAULT 1, note text,
     picture blob, rating double, born date, wakes time, settings json, flags bit(6), seen datetime NOT NULL DEFAULT '0000-00-00 00:00:00')`,
  `CREATE TABLE orders (buyer bigint unsigned NOT NULL, n int NOT NULL, amount decimal(12,2) NOT NULL, at datetime(6) NOT NULL DEFAULT current_timestamp(6),
     PRIMARY KEY (buyer, n), FOREIGN KEY (buyer) REFERENCES people (id))`,
  `INSERT INTO people (mail, name, mood, tags, is_active, note, picture, rating, born, wakes, settings, flags)
     WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 60)
     SELECT concat(n, '@shop.example'), concat('Straße ', n), if(n % 3, 'happy', 'sad'), if(n % 2, 'new,vip', ''), n % 2, repeat('täglich ', n % 5),
       unhex(sha2(n, 256)), n / 7, date_add('2001-01-01', interval n day), sec_to_time(n * 13), json_object('n', n, 'a', json_array(1.5, null, 'ü')), n FROM i`,
  `INSERT INTO orders (buyer, n, amount) SELECT id, id % 7, id * 1.25 FROM people`,
];

/** Staging as its operator has it; the plan's own addresses are not known there. */
async function openStaging({server, request}: HadServer): Promise<{readonly story: Story; readonly schema: string; readonly plan: string}> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const schema = `staged_${randomBytes(4).toString('hex')}`;
  const sections = {
    source: {engine: request.flavour, url: 'env:STORY_SOURCE'},
    schema: {kind: 'convert'},
    conversion: {zeroDates: 'nullable'},
    cutover: {start: 'manual'},
    reverse: {window: '7d'},
  };
  const story = await openStory({
    name: 'staged',
    tables: [`${schema}.*`],
    on: {source: {createDatabase: () => server.createDatabase(schema)}, target: await postgresServer({version: 18})},
    plan: sections,
  });
  await story.source.run(...SCHEMA);
  const plan = story.writePlan('unknown.yaml', {
    source: {engine: request.flavour, url: 'env:NOT_KNOWN_SOURCE'},
    target: {engine: 'postgres', url: 'env:NOT_KNOWN_TARGET'},
  });
  return {story, schema, plan};
}

const environment = (story: Story, addresses: Readonly<Record<string, string>>): string => {
  const file = join(story.folder, `environment-${randomBytes(4).toString('hex')}.yaml`);
  const references = Object.fromEntries(Object.entries(addresses).map(([variable, url]) => [variable, story.secret(url)]));
  writeFileSync(file, stringify({environments: {staging: references}}));
  return file;
};

describe.each((await hadServers()).slice(0, 2))('$title', (had) => {
  test.skipIf(!had.server)('production is refused, and staging goes forward, back and forward and is as it was', async () => {
    const {story, schema, plan} = await openStaging(had);
    await using _ = story;
    const rehearse = (which: string, file: string, ...more: readonly string[]) =>
      story.type('rehearse', which, '--env', 'staging', '--config', file, ...more);
    const other = (await had.server?.createDatabase()) ?? '';
    const here = environment(story, {STORY_SOURCE: other, STORY_TARGET: story.target.url});
    expectRefused(await rehearse(story.planFile, here, '--json'), 'CF-ENV-003', 4, "is on the server of the plan's own source");

    const staging = environment(story, {NOT_KNOWN_SOURCE: story.source.url, NOT_KNOWN_TARGET: story.target.url});
    expectRefused(
      await rehearse(plan, staging, '--json'),
      'CF-ENV-003',
      4,
      'CREATE DATABASE `crossfade environment staging`; GRANT SELECT ON',
    );
    await story.source.run('CREATE DATABASE IF NOT EXISTS `crossfade environment staging`');
    const name = await story.target.value('SELECT current_database()');
    await story.target.run(`COMMENT ON DATABASE ${name} IS 'crossfade environment: staging'`);

    const before = await catalogue(story, schema);
    const file = join(story.folder, 'record.json');
    const done = await rehearse(plan, staging, '--rate', '60', '--out', file, '--json');
    expect(done.code, done.error).toBe(0);
    const record = JSON.parse(readFileSync(file, 'utf8')) as RehearsalRecord;
    expect(record.switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
    expect(record.load).toMatchObject({lost: 0, refused: 0, rate: 60});
    expect(record.load.acknowledged).toBeGreaterThan(150);
    expect(record.around.source.settings).toMatchObject({binlog_format: 'ROW'});
    expect(await catalogue(story, schema)).toEqual(before);
    expect(await story.target.value(`SELECT count(*)::text FROM pg_namespace WHERE nspname IN ('${schema}', 'crossfade')`)).toBe('0');
  });
});

/** Tables, triggers and accounts' rows of the source, and whether anything of ours is there. */
const catalogue = async (story: Story, schema: string) =>
  await story.source.rows(
    `SELECT concat('table ', table_name) FROM information_schema.tables WHERE table_schema IN ('${schema}', 'crossfade')
     UNION ALL SELECT concat('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = '${schema}'
     UNION ALL SELECT concat('people ', count(*)) FROM people UNION ALL SELECT concat('orders ', count(*)) FROM orders ORDER BY 1`,
  );
