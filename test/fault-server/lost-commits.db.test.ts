/** A server crashes and takes back what it had not made durable yet: nothing that a migration rests on may be among it. */
import {expect, test} from 'vitest';
import {openSide} from '../support/databases.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {ownMigration} from '../support/own-migration.ts';
import {ownServer, standing} from '../support/standing.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;
/** What is not flushed by a commit stays in memory; a slot could not be made in reasonable time like this. */
const LAZY = [`ALTER SYSTEM SET wal_writer_delay = '10s'`, 'SELECT pg_reload_conf()', 'SET synchronous_commit = off'];
const BUSY = ['ALTER SYSTEM RESET wal_writer_delay', 'SELECT pg_reload_conf()'];
const copied = `SELECT count(*) FROM post.visits WHERE day > '2034-01-01'`;
const add = `INSERT INTO post.visits SELECT date '2034-01-01' + i, 1, i FROM generate_series(1, 50) i`;

test('rows that were committed asynchronously and copied are still on the source after its crash (H-111)', async () => {
  await using source = await ownServer({version: 17});
  await using story = await openLetters('lazy', {on: {source}, plan: {gates: {cutover: ['replication-lag', 'approval']}}});
  const {runner, go} = await standing(story, 'step-intent initial-load/copy-chunks');
  await story.source.run(...LAZY, add);
  go();
  await untilTrue('the rows are copied', async () => (await story.target.value(copied)) === '50');
  await source.kill9();
  await source.restart();
  expect(await runner.ended).toBe(FAILED);
  await (await story.reopen('source')).run(...BUSY);
  expect(await story.source.value(copied)).toBe('50');
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

test('the place at which the way back begins is still in the log after a crash of its server', async () => {
  await using server = await ownServer({version: 18});
  const url = await server.createDatabase();
  const before = await openSide('target', url, ownMigration());
  await before.run(...LAZY, 'CREATE TABLE others AS SELECT generate_series(1, 20000) AS n');
  const position = await before.database.source.mark('way back'); // as `mark-reverse` does
  await before.run('INSERT INTO others SELECT generate_series(1, 1000)');
  await server.kill9();
  await Promise.allSettled([before.close()]); // its server is gone
  await server.restart();
  const after = await storyDatabase(url);
  expect(await after.value(`SELECT pg_current_wal_flush_lsn() >= '${position}'`)).toBe('t');
  expect(await after.value('SELECT count(*) FROM others')).toBe('20000'); // the crash did take back what came later
  await after.close();
});
