/** The log that a server keeps for a run: it is released while the migrated database is idle, and the run ends before the server would. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {ownPostgresServer} from '../support/servers.ts';
import type {Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;
/** The second chunk, in its transaction. */
const STORED = {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2} as const;
const ABORTED = 6;
const MIB = 1024 * 1024;
const waiting = {gates: {cutover: ['replication-lag', 'retention', 'approval']}, load: {parallel: 1, chunk: '64KiB'}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const failure = (story: Story) => story.untilFact('the failure', ({type}) => type === 'failed');
const FILLER = `SELECT pg_logical_emit_message(false, 'filler', repeat('x', ${8 * MIB}))`;
const said = (story: Story, text: string) => untilTrue(text, () => readFileSync(story.log, 'utf8').includes(text));

/** Stands in the load, with a chunk that is not stored yet; `go` lets it be stored. */
async function inTheLoad(story: Story, plan = story.planFile): Promise<{readonly ended: Promise<number | null>; go(): void}> {
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', plan], {...STORED, act: 'wait', file});
  await untilTrue('a chunk is about to be stored', () => existsSync(`${file}.reached`));
  return {ended: runner.ended, go: () => writeFileSync(`${file}.go`, '')};
}

test('while only another database of the server is written, the log kept for the run is released (H-65)', async () => {
  const source = await ownPostgresServer({version: 17});
  try {
    await using story = await openLetters('idle', {on: {source}, plan: {gates: {cutover: ['approval']}}});
    await using busy = Object.assign(await storyDatabase(await source.createDatabase()), {
      [Symbol.asyncDispose]: () => busy.close(),
    });
    story.start(['run', story.planFile]);
    await atTheGate(story);
    await busy.run('CREATE TABLE busy (n int)', 'INSERT INTO busy SELECT generate_series(1, 100000)');
    const written = await busy.value('SELECT pg_current_wal_lsn()');
    await untilTrue('the slot has moved past what the other database wrote', async () => {
      await busy.run('INSERT INTO busy VALUES (0)', 'CHECKPOINT');
      return (await busy.value(`SELECT restart_lsn > '${written}' FROM pg_replication_slots`)) === 't';
    });
  } finally {
    await source.stop();
  }
});

test('a slot that the server is about to give up stops the load; with a larger limit it goes on (H-61)', async () => {
  const source = await ownPostgresServer({version: 17, settings: {max_wal_size: '32MB', min_wal_size: '32MB'}});
  try {
    await using story = await openLetters('slot-limit', {on: {source}, plan: waiting});
    const {ended, go} = await inTheLoad(story);
    await story.source.run(`ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'`, 'SELECT pg_reload_conf()');
    for (let i = 0; i < 4; i++) await story.source.run(FILLER);
    await story.source.run(`ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'`, 'SELECT pg_reload_conf()');
    await said(story, 'the log kept for the stream of the source has nearly reached its limit');
    go();
    expect(await ended).toBe(FAILED);
    expect(await failure(story)).toMatchObject({code: 'CF-SLOT-001', error: expect.stringContaining('max_slot_wal_keep_size')});
    await story.source.run(`ALTER SYSTEM SET max_slot_wal_keep_size = '10GB'`, 'SELECT pg_reload_conf()');
    expect(await story.source.value('SELECT wal_status FROM pg_replication_slots')).not.toBe('lost');
    story.start(['resume']);
    const verdict = await story.untilFact('the gate is green', (fact) => fact.type === 'gate-verdict' && fact.verdict.gate === 'retention');
    expect(verdict).toMatchObject({verdict: {go: true, evidence: expect.stringContaining('max_slot_wal_keep_size')}});
    const {source: from, target} = await bothChecksums(story);
    expect(target).toEqual(from);
  } finally {
    await source.stop();
  }
});

test('production wins: the stream is given up before the disk of the source is full of its log, and abort leaves nothing (H-60)', async () => {
  const source = await ownPostgresServer({version: 17});
  try {
    await using story = await openLetters('drop', {on: {source}, plan: waiting});
    const used = Number(await story.source.value('SELECT sum(pg_database_size(oid)) FROM pg_database'));
    const disk = `${Math.ceil(used / MIB) + 200}MiB`;
    const plan = story.writePlan('limited.yaml', {source: {engine: 'postgres', url: 'env:STORY_SOURCE', disk}});
    const {ended, go} = await inTheLoad(story, plan);
    for (let i = 0; i < 24; i++) await story.source.run(FILLER);
    await said(story, 'the stream is given up, so that the server goes on serving');
    await untilTrue('the slot is gone', async () => (await story.source.value('SELECT count(*) FROM pg_replication_slots')) === '0');
    go();
    expect(await ended).toBe(FAILED);
    expect(await failure(story)).toMatchObject({
      code: 'CF-SLOT-002',
      error: expect.stringMatching(/the disk of the source is nearly full: \d/),
    });
    await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
    await story.type('abort', '--yes', '--reason', 'the story');
    expect(await story.start(['resume']).ended).toBe(ABORTED);
    expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
    expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
  } finally {
    await source.stop();
  }
});
