/** Rehearsals of a plan from MySQL or MariaDB, in an environment and on clones: forward, back and forward between two engines. */
import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import mysql from 'mysql2/promise';
import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import type {RehearsalRecord} from '../../src/model/rehearsal-record.ts';
import {hadServers, type HadServer} from '../support/mysql-databases.ts';
import {loginOf} from '../support/mysql-process.ts';
import {ownMysqlServer} from '../support/mysql-servers.ts';
import {postgresServer} from '../support/servers.ts';
import {expectRefused, openStory, type Story} from '../support/story.ts';

const SCHEMA = [
  `SET SESSION sql_mode = ''`, // zero dates, as old applications have them
  `CREATE TABLE people (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, mail varchar(60) NOT NULL UNIQUE, name varchar(60) NOT NULL,
     mood enum('happy','sad','customer') NOT NULL DEFAULT 'happy', tags set('new','vip','old'), is_active tinyint(1) NOT NULL DEFAULT 1, note text,
     picture blob, rating double, born date, wakes time, settings json, flags bit(6), seen datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
     changed timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3))`,
  `CREATE TABLE orders (buyer bigint unsigned NOT NULL, n int NOT NULL, amount decimal(12,2) NOT NULL, at datetime(6) NOT NULL DEFAULT current_timestamp(6),
     PRIMARY KEY (buyer, n), FOREIGN KEY (buyer) REFERENCES people (id))`,
  `INSERT INTO people (mail, name, mood, tags, is_active, note, picture, rating, born, wakes, settings, flags)
     WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 60)
     SELECT concat(n, '@shop.example'), concat('Straße ', n), if(n % 3, 'happy', 'sad'), if(n % 2, 'new,vip', ''), n % 2, repeat('täglich ', n % 5),
       unhex(sha2(n, 256)), n / 7, date_add('2001-01-01', interval n day), sec_to_time(n * 13), json_object('n', n, 'a', json_array(1.5, null, 'ü')), n FROM i`,
  `INSERT INTO people (mail, name, note, picture, settings) VALUES ('annabella.q@bank.example', 'Annabella Quixotewicz', 'leave it in Zaragoza',
     'Annabella Quixotewicz', '{"name": "Annabella", "home": {"street": "Hauptstrasse 17"}}')`,
  `INSERT INTO people (mail, name, mood) VALUES ('c@shop.example', 'Customer', 'customer')`,
  `INSERT INTO orders (buyer, n, amount) SELECT id, id % 7, id * 1.25 FROM people`,
];
/** In columns of every kind; nothing of it may be found in a clone. */
const PERSONAL = ['Annabella', 'Quixotewicz', 'annabella.q@bank.example', 'Hauptstrasse 17', 'Zaragoza'];

async function openRehearsed({server, request}: HadServer): Promise<{readonly story: Story; readonly schema: string}> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const schema = `rehearsed_${randomBytes(4).toString('hex')}`;
  const sections = {
    source: {engine: request.flavour, url: 'env:STORY_SOURCE'},
    schema: {kind: 'convert'},
    conversion: {zeroDates: 'nullable'},
    cutover: {start: 'manual'},
    reverse: {window: '7d'},
  };
  const story = await openStory({
    name: 'rehearsed',
    tables: [`${schema}.*`],
    on: {source: {createDatabase: () => server.createDatabase(schema)}, target: await postgresServer({version: 18})},
    plan: sections,
  });
  await story.source.run(...SCHEMA);
  return {story, schema};
}

const environment = (story: Story, addresses: Readonly<Record<string, string>>): string => {
  const file = join(story.folder, `environment-${randomBytes(4).toString('hex')}.yaml`);
  const references = Object.fromEntries(Object.entries(addresses).map(([variable, url]) => [variable, story.secret(url)]));
  writeFileSync(file, stringify({environments: {staging: references}}));
  return file;
};

describe.each((await hadServers()).slice(0, 2))('$title', (had) => {
  test.skipIf(!had.server)('production is refused, and staging goes forward, back and forward and is as it was', async () => {
    const {story, schema} = await openRehearsed(had);
    await using _ = story;
    // As whoever has staging only: the plan's own addresses are not known there.
    const plan = story.writePlan('unknown.yaml', {
      source: {engine: had.request.flavour, url: 'env:NOT_KNOWN_SOURCE'},
      target: {engine: 'postgres', url: 'env:NOT_KNOWN_TARGET'},
    });
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
      'CREATE DATABASE `crossfade_environment_staging`; GRANT SELECT ON',
    );
    await story.source.run('CREATE DATABASE IF NOT EXISTS `crossfade_environment_staging`');
    const name = await story.target.value('SELECT current_database()');
    await story.target.run(`COMMENT ON DATABASE ${name} IS 'crossfade environment: staging'`);

    const before = await catalogue(story, schema);
    const file = join(story.folder, 'record.json');
    const done = await rehearse(plan, staging, '--rate', '60', '--out', file, '--json');
    expect(done.code, done.error).toBe(0);
    expectWhole(file);
    expect(await catalogue(story, schema)).toEqual(before);
    expect(await story.target.value(`SELECT count(*)::text FROM pg_namespace WHERE nspname IN ('${schema}', 'crossfade')`)).toBe('0');
  });

  test.skipIf(!had.server)('an anonymised clone on another server goes the same way, and nothing personal reaches it', async () => {
    const {story, schema} = await openRehearsed(had);
    await using _ = story;
    const place = await ownMysqlServer(had.request);
    const target = await (await postgresServer({version: 17})).createDatabase();
    const clone = await place.createDatabase('clone');
    try {
      const places = ['--source-clone', story.secret(clone), '--target-clone', story.secret(target)];
      const looked = await story.type('rehearse', story.planFile, ...places, '--dry-run', '--json');
      expect(looked.code, looked.error).toBe(0);
      await lookAt(clone, 'CREATE DATABASE mine', 'CREATE TABLE mine.kept (id int PRIMARY KEY)');
      expectRefused(await story.type('rehearse', story.planFile, ...places, '--json'), 'CF-REHEARSE-001', 4, 'holds something');
      await lookAt(clone, 'DROP DATABASE mine');

      const file = join(story.folder, 'record.json');
      const done = await story.type('rehearse', story.planFile, ...places, '--rate', '60', '--out', file, '--keep', '--json');
      expect(done.code, done.error).toBe(0);
      expectWhole(file);
      const text = `${JSON.stringify(await lookAt(clone, ...['people', 'orders'].map((table) => `SELECT * FROM ${schema}.${table}`)))}${readFileSync(file, 'utf8')}${done.output}${done.error}`;
      for (const word of PERSONAL) expect(text).not.toContain(word);
      expect(await lookAt(clone, `SELECT count(*) FROM ${schema}.orders JOIN ${schema}.people ON id = buyer`)).toEqual([[['62']]]);

      // Kept, and in the way of nobody: the next one takes it away, and leaves nothing.
      const tried = await story.type('trial', story.planFile, ...places, '--sample', '20', '--json', '--', 'true');
      expect(tried.code, tried.error).toBe(0);
      expect(await lookAt(clone, `SHOW DATABASES LIKE '${schema}'`)).toEqual([[]]);
      // What stands there now is somebody's own, whatever it is called.
      await lookAt(clone, `CREATE DATABASE ${schema}`, `CREATE TABLE ${schema}.mine (id int PRIMARY KEY)`);
      expectRefused(await story.type('rehearse', story.planFile, ...places, '--json'), 'CF-REHEARSE-001', 4, 'holds something');
      const recorded = await story.type('rehearse', story.planFile, '--record', join(story.folder, 'r'), '--measure', '1s', '--json');
      expectRefused(recorded, 'CF-REHEARSE-008', 4, 'is not recorded');
    } finally {
      await place.stop();
    }
  });
});

const expectWhole = (file: string): void => {
  const record = JSON.parse(readFileSync(file, 'utf8')) as RehearsalRecord;
  expect(record.switches.filter(({decided}) => decided).map(({direction}) => direction)).toEqual(['forward', 'reverse', 'forward']);
  expect(record.load).toMatchObject({lost: 0, refused: 0, rate: 60});
  expect(record.load.acknowledged).toBeGreaterThan(150);
  expect(record.around.source.settings).toMatchObject({binlog_format: 'ROW'});
};

/** Each value as text, bytes as what they spell. Whoever is connected when a clone is made is shown out, so each look has a connection of its own. */
const lookAt = async (url: string, ...statements: readonly string[]): Promise<readonly unknown[]> => {
  const connection = await mysql.createConnection({...loginOf(url), rowsAsArray: true, typeCast: (field) => field.string('utf8')});
  try {
    const answers: unknown[] = [];
    for (const statement of statements) answers.push((await connection.query(statement))[0]);
    return answers;
  } finally {
    await connection.end();
  }
};

/** Tables and triggers of the source, how many rows there are, and whether anything of ours is there. */
const catalogue = async (story: Story, schema: string) =>
  story.source.rows(
    `SELECT concat('table ', table_name) FROM information_schema.tables WHERE table_schema IN ('${schema}', 'crossfade')
     UNION ALL SELECT concat('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = '${schema}'
     UNION ALL SELECT concat('people ', count(*)) FROM people UNION ALL SELECT concat('orders ', count(*)) FROM orders ORDER BY 1`,
  );
