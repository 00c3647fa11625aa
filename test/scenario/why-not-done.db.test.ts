/**
 * `status` answers why a run is not done: each wait is induced on real servers, `status` is asked for its cause with a
 * number, who has to act, and what ends it; then that is done, and the wait is over. Here: what holds the databases up.
 */
import {appendFileSync, existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';
import {expectLive, expectOver, expectWhy, statusOf, stranger, type StatusDocument, type Why} from '../support/why.ts';

const RUNNER = /^the runner \(process \d+\)$/;

/** `next` is a statement for one side; a person copies it. */
async function doNext(story: Story, {next}: StatusDocument): Promise<void> {
  const [, side, statement] = /^on the (source|target): (.*)$/.exec(next[0]?.command ?? '') ?? [];
  if ((side !== 'source' && side !== 'target') || !statement) throw new Error(`no statement: ${next[0]?.command}`);
  await story[side].run(statement);
}

const behind = (process: number): Pick<Why, 'owner' | 'next'> => ({
  owner: new RegExp(`^whoever runs process ${process} of \\w+ \\(a stranger\\)`),
  next: new RegExp(`SELECT pg_terminate_backend\\(${process}\\)$`),
});

const isStopped = (process: number) => `SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ${process}`;

const SLOW_INDEX = `
CREATE FUNCTION post.slow(value text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  WHILE NOT pg_try_advisory_xact_lock_shared(4711) LOOP PERFORM pg_sleep(0.02); END LOOP; RETURN value; END $$;
CREATE INDEX letters_slow ON post.letters (post.slow(subject));
`;

test('from the stream to the comparison: an open transaction, chunks, rows to be read again, an index, tables (H-64)', async () => {
  await using story = await openLetters('waits', {plan: {gates: {cutover: ['approval']}, load: {parallel: 1, chunk: '1KiB'}}});
  appendFileSync(join(story.folder, 'post.sql'), SLOW_INDEX);
  const file = join(story.folder, 'stand');
  await using first = await stranger(story, 'source');
  await first.run('BEGIN', 'UPDATE post.visits SET visits = visits + 1 WHERE person = 1');
  story.start(['run', story.planFile], {kind: 'sql.send', label: 'load 1: UPDATE crossfade.chunk', act: 'wait', file});

  const slot = await expectWhy(story, {
    cause: new RegExp(
      `^initial-load, for \\d+s: making the change stream waits on the source, behind process ${first.process} of \\w+ \\(a stranger\\), idle in transaction for \\d+ s`,
    ),
    ...behind(first.process),
  });
  await doNext(story, slot);
  await untilTrue('the copy stands', () => existsSync(`${file}.reached`));

  await expectWhy(story, {
    cause: /^working on initial-load for \d+s, step copy-chunks; [1-9]\d* of \d+ chunks done, \d\S* of about \d\S* rows/,
    owner: RUNNER,
    next: 'crossfade events -f',
  });
  // Rows come to where the copy was already, without their large texts; and what has to see them has to wait.
  await story.source.run(
    ...[3900, 3920, 3940].map((number) => `UPDATE post.letters SET code = 'L0000${number}x' WHERE code = 'L00${number}'`),
  );
  await using second = await stranger(story, 'source');
  await second.run('BEGIN', 'UPDATE post.visits SET visits = visits + 1 WHERE person = 2');
  await story.target.run('SELECT pg_advisory_lock(4711)');
  writeFileSync(`${file}.go`, '');

  const rereads = await expectWhy(story, {
    cause: new RegExp(
      `^catch-up, for \\d+s: a read that has to see every older transaction waits on the source, behind process ${second.process} .*; 3 rows are to be read again`,
    ),
    ...behind(second.process),
  });
  await expectLive(story, {rereads: 3, backlogBytes: expect.any(Number)});
  await doNext(story, rereads);

  await expectWhy(story, {
    cause:
      /^working on catch-up for \d+s, step schema-post-data; .*an index of post\.letters is built on the target for \d+ s: building index.*, \d+ of \d+ blocks \(\d+ %\)/,
    owner: RUNNER,
    next: 'crossfade events -f',
  });
  await story.target.run('SELECT pg_advisory_unlock(4711)');
  await expectWhy(story, {
    cause: /^waiting before cutover for \d+s: approval is red \(0 of 1 approvals\)$/,
    owner: /^an approver$/,
    next: /^crossfade approve/,
  });

  // The three that were moved are not where the copy came later.
  await expectLive(story, {rowsCopied: 5247, tablesVerified: 4, tablesTotal: 4, rereads: 0});
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

test('a resumed copy counts what was copied before it', async () => {
  await using story = await openLetters('counted', {plan: {gates: {cutover: ['approval']}, load: {parallel: 1, chunk: '1KiB'}}});
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 3}, ['run', story.planFile]);
  await expectWhy(story, {
    cause: /^the runner \(process \d+\) is gone in initial-load; its last entry is \d+s old \(number \d+\)$/,
    owner: /^the operator$/,
    next: 'crossfade resume',
  });
  const file = join(story.folder, 'stand');
  const done = `SELECT count(*) || '|' || coalesce(sum(rows), 0) FROM crossfade.chunk WHERE state = 'done'`;
  const [chunks, rows] = ((await until('the server is rid of it', () => story.target.value(done))) ?? '').split('|').map(Number);
  story.start(['resume'], {kind: 'sql.send', label: 'copy: COPY (SELECT', act: 'wait', file});
  await untilTrue('the copy stands', () => existsSync(`${file}.reached`));
  const {live} = await until('the numbers of the new runner', async () => {
    const status = await statusOf(story);
    const {chunksDone, at} = status?.live ?? {};
    return chunksDone === undefined || String(at) < (status?.runner?.since ?? '') ? undefined : status;
  });
  expect(live).toMatchObject({chunksDone: chunks, rowsCopied: rows});
  expect(rows).toBeGreaterThan(0);
  writeFileSync(`${file}.go`, '');
  await expectWhy(story, {cause: /approval is red/, owner: /approver/, next: /approve/});
});

test('comparing, behind a lock of somebody else, and behind a server that takes no connections', async () => {
  await using story = await openLetters('held', {plan: {gates: {cutover: ['replication-lag', 'approval']}}});
  const file = join(story.folder, 'stand');
  story.start(['run', story.planFile], {
    kind: 'sql.send',
    label: 'work: BEGIN; SELECT pg_current_wal_insert_lsn',
    times: 5,
    act: 'wait',
    file,
  });
  await untilTrue('the comparison stands', () => existsSync(`${file}.reached`));
  await expectWhy(story, {
    cause: /^working on verify-data for \d+s, step compare; [0-3] of 4 tables compared, \d\S* rows so far/,
    owner: RUNNER,
    next: 'crossfade events -f',
  });
  writeFileSync(`${file}.go`, '');
  await expectWhy(story, {cause: /approval is red/, owner: /approver/, next: /approve/});

  await using locker = await stranger(story, 'target');
  await locker.run('BEGIN', 'LOCK TABLE post.visits IN ACCESS EXCLUSIVE MODE');
  await story.source.run(`INSERT INTO post.visits SELECT date '2031-01-01' + i, 1, 1 FROM generate_series(1, 500) i`);
  const locked = await expectWhy(story, {
    cause: new RegExp(
      `^before cutover, for \\d+s: the forward stream waits on the target for a lock on post\\.visits, behind process ${locker.process} `,
    ),
    ...behind(locker.process),
  });
  expect(Number(locked.live?.['backlogBytes'])).toBeGreaterThan(10_000);
  await doNext(story, locked);
  await untilTrue('it is gone', async () => (await story.target.value(isStopped(locker.process))) === 't');
  await expectOver(story, {cause: /the forward stream waits/});
  await untilTrue(
    'all of it is applied',
    async () => (await story.target.value(`SELECT count(*) FROM post.visits WHERE day > '2031-01-01'`)) === '500',
  );

  const elsewhere = new URL(story.source.url);
  const database = elsewhere.pathname.slice(1);
  elsewhere.pathname = '/postgres';
  await using administrator = await stranger({source: {url: elsewhere.href}}, 'source');
  await administrator.run(
    `ALTER DATABASE "${database}" ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = '${database}' AND active`,
  );
  await expectWhy(story, {
    cause:
      /^before cutover, for \d+s: the forward stream broke off \(.*not currently accepting connections.*\) and is opened again, try \d+ of 30/,
    owner: /^whoever runs the source's server/,
    next: 'crossfade doctor PLAN',
  });
  expect((await story.type('doctor', story.planFile)).code).not.toBe(0); // it says which
  await administrator.run(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS true`);
  await expectOver(story, {cause: /broke off/});
});
