/** What stands around a migration: a standby as source, extensions, what sessions hold, replicas, slow slots, wrong clocks. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import pg from 'pg';
import {afterEach, expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {ownPostgresServer} from '../support/servers.ts';
import {expectRefused, isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';
import {stranger} from '../support/why.ts';

const NO_GO = 4;
const waiting = {plan: {gates: {cutover: ['approval']}}};
const approve = (story: Story) => story.type('approve', 'approval', '--reason', 'the story', '--yes');

type Finding = {readonly severity: string; readonly code: string; readonly object: string; readonly reason: string};
const findings = async (story: Story): Promise<readonly Finding[]> =>
  (JSON.parse((await story.type('doctor', story.planFile, '--json')).output) as {findings: readonly Finding[]}).findings;

test('a standby is refused as source and as target, before anything is asked of it (H-77)', async () => {
  const server = await ownPostgresServer({version: 18});
  try {
    await using story = await openLetters('standby', {on: {target: server}, ...waiting});
    writeFileSync(join(server.dataFolder ?? '', 'standby.signal'), '');
    await server.restart();
    await story.reopen('target');
    expect(await story.target.value('SELECT pg_is_in_recovery()')).toBe('t');
    expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-SRC-007', NO_GO, 'the target is a standby');
    const exchanged = story.writePlan('exchanged.yaml', {
      name: 'exchanged',
      source: {engine: 'postgres', url: 'env:STORY_TARGET'},
      target: {engine: 'postgres', url: 'env:STORY_SOURCE'},
    });
    for (const verb of ['doctor', 'plan', 'assess', 'run'])
      expectRefused(await story.type(verb, exchanged, '--json', '--yes'), 'CF-SRC-007', NO_GO, 'the source is a standby');
    expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
  } finally {
    await server.stop();
  }
});

test('an extension that the target cannot have: named before the start, and refused where a table needs it (H-23)', async () => {
  await using story = await openLetters('extension', {plan: {schema: {kind: 'catalog'}}});
  await story.source.run(
    'CREATE EXTENSION hstore SCHEMA post',
    `UPDATE pg_extension SET extname = 'of_nowhere', extversion = '3.5' WHERE extname = 'hstore'`,
  );
  expect((await story.type('assess', story.planFile, '--interval', '10ms')).output).toMatch(
    /extension of_nowhere.*is installed on the source \(3\.5\), and the target's server does not have it/,
  );
  await story.source.run('ALTER TABLE post.people ADD COLUMN more post.hstore');
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-SCOPE-004', NO_GO, 'of_nowhere');
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
});

test('advisory locks and temporary tables of sessions are named, with whose they are; ours are not (H-102)', async () => {
  await using story = await openLetters('sessions');
  const about = async () =>
    (await findings(story)).filter(({code}) => code === 'CF-SRC-008').map(({object, reason}) => `${object} ${reason}`);
  expect(await about()).toEqual([]);
  await using worker = await stranger(story, 'source');
  await worker.run('SELECT pg_advisory_lock(4711)', 'CREATE TEMPORARY TABLE basket (id int)');
  expect(await about()).toEqual([
    expect.stringMatching(/^advisory locks are held by 1 sessions: \w+ \(a stranger\)/),
    expect.stringMatching(/^temporary tables exist \(1\)/),
  ]);
  await worker.run('SELECT pg_advisory_unlock(4711)', 'DROP TABLE basket');
  expect(await about()).toEqual([]);
});

test('a server that follows the source, and a slot of somebody else, are named (H-105, H-106)', async () => {
  const source = await ownPostgresServer({version: 17});
  try {
    await using story = await openLetters('followed', {on: {source}});
    await story.source.run(`SELECT pg_create_logical_replication_slot('warehouse', 'pgoutput')`);
    const config = {connectionString: story.source.url, replication: 'true', application_name: 'reading room'};
    const follower = new pg.Client(config);
    follower.on('error', () => undefined); // it is cut off at the end
    await follower.connect();
    follower.query(`START_REPLICATION PHYSICAL ${await story.source.value('SELECT pg_current_wal_flush_lsn()')}`).catch(() => undefined);
    await untilTrue('it follows', async () => (await story.source.value('SELECT count(*) FROM pg_stat_replication')) === '1');
    const about = (await findings(story)).filter(({code}) => code === 'CF-SRC-008');
    expect(about).toMatchObject([
      {severity: 'warn', object: 'replicas', reason: expect.stringContaining('reading room (127.0.0.1)')},
      {severity: 'warn', object: 'replication slots', reason: expect.stringContaining('warehouse (pgoutput)')},
    ]);
    await source.kill9();
    await source.restart();
    await story.reopen('source');
    await story.source.run(`SELECT pg_drop_replication_slot('warehouse')`);
    expect((await findings(story)).filter(({code}) => code === 'CF-SRC-008')).toEqual([]);
  } finally {
    await source.stop();
  }
});

test('the slot of the way back waits behind a transaction of the target, and the source serves meanwhile (H-112)', async () => {
  await using story = await openLetters('slow-slot', waiting);
  story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(
    (await findings(story)).filter(({code}) => code === 'CF-SRC-008'),
    'what the run itself holds is not told (H-102)',
  ).toEqual([]);
  await using builder = await stranger(story, 'target');
  await builder.run('BEGIN', 'CREATE TABLE public.of_somebody_else ()');
  await approve(story);
  await untilTrue(
    'the slot is being made',
    async () =>
      (await story.target.value(
        `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_create_logical_replication_slot%' AND wait_event = 'transactionid'`,
      )) === '1',
  );
  expect(await story.source.value('SELECT state FROM crossfade.route')).toBe('open');
  expect(await story.source.value('SELECT count(*) FROM crossfade.fence')).toBe('0');
  await story.source.run('UPDATE post.visits SET visits = visits + 1');
  await builder.run('COMMIT');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

afterEach(() => void delete process.env['CROSSFADE_EFFECTS']);

test('the clock of the runner’s machine jumps by twenty minutes with every look, forward and back: nothing is lost (H-76)', async () => {
  process.env['CROSSFADE_EFFECTS'] = new URL('../support/wrong-clock.ts', import.meta.url).href;
  await using story = await openLetters('clock');
  story.start(['run', story.planFile]);
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expect(story.source.run('UPDATE post.visits SET visits = 0')).rejects.toMatchObject({code: '25006'});
  await story.target.run('UPDATE post.visits SET visits = visits + 1');
  await untilTrue('reverse', async () => (await story.type('reverse', '--confirm', 'clock', '--reason', 'the story')).code === 0);
  await story.untilFact('the source serves', isPhaseEnded('reverse-cutover', 'done'));
  const facts = await story.facts();
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
  expect(facts.filter(({type}) => type === 'failed')).toEqual([]);
  expect(JSON.stringify(facts)).not.toMatch(/lag -|"lagMs":-/);
  const entries = JSON.parse((await story.type('events', '--json')).output.split('\n')[0] ?? '{}') as {at?: string};
  expect(Math.abs(Date.parse(entries.at ?? '') - Date.now()), 'the clock was wrong indeed').toBeGreaterThan(300_000);
});
