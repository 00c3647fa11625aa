/** What others do to the databases while a migration runs: each is noticed, named with a stable code, and ends in a clean undo or goes on. */
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {ownPostgresServer} from '../support/servers.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const ABORTED = 6;
const waiting = {plan: {gates: {cutover: ['replication-lag', 'approval']}}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const failure = (story: Story, code: string) => story.untilFact(code, (fact) => fact.type === 'failed' && fact.code === code);

test('DDL on the source: the run stops with the position and the statement, and nothing is missed silently (H-28)', async () => {
  await using story = await openLetters('ddl', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run('ALTER TABLE post.visits ADD COLUMN weather text', `INSERT INTO post.visits VALUES ('2030-01-01', 1, 1, 'rain')`);
  expect(await runner.ended).toBe(1);
  expect(await failure(story, 'CF-DDL-001')).toMatchObject({error: expect.stringMatching(/post\.visits[\s\S]*[0-9A-F]+\/[0-9A-F]+/)});
  await abortCleanly(story);
});

test('DDL on the source while no runner is there, in the middle of the load: its successor refuses to go on (H-28)', async () => {
  await using story = await openLetters('ddl-load', {plan: {load: {parallel: 1, chunk: '1KiB'}}});
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2}, ['run', story.planFile]);
  await story.source.run('ALTER TABLE post.letters ADD COLUMN colour text', `UPDATE post.letters SET colour = 'blue' WHERE sender = 3`);
  expect(await story.start(['resume']).ended).toBe(1);
  expect(await failure(story, 'CF-DDL-001')).toMatchObject({error: expect.stringContaining('source')});
  await abortCleanly(story);
});

test('a slot that somebody dropped: the gap is noticed before anything more is applied (H-62)', async () => {
  await using story = await openLetters('slot', waiting);
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await runner.kill9();
  await untilTrue(
    'the slot is free',
    async () =>
      (await story.source.value('SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()')) === '0',
  );
  await story.source.run(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
    `UPDATE post.visits SET visits = visits + 1`,
  );
  expect(await story.start(['resume']).ended).toBe(1);
  expect(await failure(story, 'CF-SRC-004')).toMatchObject({error: expect.stringContaining('slot')});
  await abortCleanly(story);
});

test('a slot that the server gave up, because it held too much log (H-61)', async () => {
  const source = await ownPostgresServer({
    version: 17,
    settings: {max_slot_wal_keep_size: '1MB', max_wal_size: '32MB', min_wal_size: '32MB'},
  });
  try {
    await using story = await openLetters('slot-lost', {on: {source}, ...waiting});
    const runner = story.start(['run', story.planFile]);
    await atTheGate(story);
    await runner.kill9();
    await untilTrue('the slot is lost', async () => {
      await story.source.run(
        `SELECT pg_logical_emit_message(false, 'filler', repeat('x', 20000000))`,
        'SELECT pg_switch_wal()',
        'CHECKPOINT',
      );
      return (await story.source.value('SELECT wal_status FROM pg_replication_slots')) === 'lost';
    });
    expect(await story.start(['resume']).ended).toBe(1);
    expect(await failure(story, 'CF-SRC-004')).toMatchObject({error: expect.stringContaining('max_slot_wal_keep_size')});
    await abortCleanly(story);
  } finally {
    await source.stop();
  }
});

test('a row that bypassed the fence of the closed source is an alarm (H-103)', async () => {
  await using story = await openLetters('bypass');
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await expect(story.source.run('UPDATE post.visits SET visits = 0')).rejects.toMatchObject({code: '25006'});
  await story.source.run('ALTER TABLE post.visits DISABLE TRIGGER ALL', 'UPDATE post.visits SET visits = 0 WHERE person = 1');
  expect(await runner.ended).toBe(1);
  expect(await failure(story, 'CF-TGT-003')).toMatchObject({error: expect.stringContaining('post.visits')});
});

test('the target was written by somebody else before the cutover: the comparison finds it (H-107, H-72)', async () => {
  await using story = await openLetters('written');
  await story.killAt({kind: 'sql.reply', label: 'work: ANALYZE'}, ['run', story.planFile]);
  await expect(story.target.run('UPDATE post.visits SET visits = 0')).rejects.toMatchObject({code: '25006'});
  await story.target.run('ALTER TABLE post.visits DISABLE TRIGGER ALL', 'UPDATE post.visits SET visits = 0 WHERE person = 1');
  expect(await story.start(['resume']).ended).toBe(4);
  expect(await failure(story, 'CF-VERIFY-001')).toMatchObject({error: expect.stringContaining('post.visits')});
  await abortCleanly(story);
});

test('the source and the target are restarted in the middle: the run can be resumed, and no row is missing', async () => {
  const on = {source: await ownPostgresServer({version: 17}), target: await ownPostgresServer({version: 18})};
  try {
    await using story = await openLetters('restarts', {on, ...waiting});
    for (const side of ['source', 'target'] as const) {
      const runner = story.start([side === 'source' ? 'run' : 'resume', ...(side === 'source' ? [story.planFile] : [])]);
      await atTheGate(story);
      await untilTrue('the stream is at work', async () => (await story.facts()).at(-1)?.type === 'gate-verdict' && runner.isRunning);
      await on[side].kill9();
      await on[side].restart();
      expect(await runner.ended).toBe(1);
      await failure(story, 'CF-CONN-004');
      await (await story.reopen(side)).run(side === 'source' ? 'UPDATE post.visits SET visits = visits + 1' : 'SELECT 1');
    }
    await story.type('approve', 'approval', '--reason', 'the story', '--yes');
    const last = story.start(['resume']);
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    const sums = await bothChecksums(story);
    expect(sums.target).toEqual(sums.source);
    await last.kill9();
  } finally {
    await Promise.all([on.source.stop(), on.target.stop()]);
  }
});

/** Whatever happened, the way out is open. */
async function abortCleanly(story: Story): Promise<void> {
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(ABORTED);
  expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
  expect(await story.source.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()')).toBe('0');
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
}
