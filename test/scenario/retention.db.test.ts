/** The log that a server keeps for a run: it is released while the migrated database is idle, and the run ends before the server would. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {optional, ownPostgresServer} from '../support/servers.ts';
import {serverWithSmallLogDisk, smallDisk} from '../support/small-disk.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
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

const mayMount = (await optional(async () => smallDisk(1)[Symbol.dispose]() ?? true)) === true;

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

test.skipIf(!mayMount).each(['dropSlot', 'stop'] as const)(
  'the run ends while the disk of the source’s log has room left: atLimit %s (H-60)',
  async (atLimit) => {
    await using source = await serverWithSmallLogDisk(256, {version: 17, settings: {max_wal_size: '32MB', min_wal_size: '32MB'}});
    const plan = {...waiting, retention: {margin: '1m', atLimit}};
    await using story = await openLetters(`log-${atLimit}`.toLowerCase(), {on: {source: source.server}, plan});
    const slots = () => story.source.value('SELECT count(*) FROM pg_replication_slots');
    const {ended, go} = await inTheLoad(story);
    while (source.disk.freeBytes() > 24 * MIB) await story.source.run(FILLER);
    await said(story, atLimit === 'stop' ? '; the run stops' : 'the stream is given up');
    go();
    expect(await ended).toBe(FAILED);
    expect(await failure(story)).toMatchObject({
      code: atLimit === 'stop' ? 'CF-SLOT-001' : 'CF-SLOT-002',
      error: expect.stringMatching(/^the disk of the source is nearly full: \d.*left for log/),
    });
    expect(source.disk.freeBytes()).toBeGreaterThan(0);
    await story.source.run(`UPDATE post.visits SET visits = visits + 1`); // production goes on
    expect(await slots()).toBe(atLimit === 'stop' ? '1' : '0');
    if (atLimit === 'dropSlot') {
      await story.source.run('CHECKPOINT');
      expect(source.disk.freeBytes()).toBeGreaterThan(100 * MIB);
      return;
    }
    source.disk.enlarge(1024);
    story.start(['resume']);
    await atTheGate(story);
    const {source: from, target} = await bothChecksums(story);
    expect(target).toEqual(from);
  },
);

test('atLimit stop holds for the way back too: the run ends before the disk of the target is full, and goes on with more room', async () => {
  const target = await ownPostgresServer({version: 18});
  try {
    await using story = await openLetters('stop-back', {on: {target}});
    const sized = (file: string, mebibytes: number): string =>
      story.writePlan(file, {
        retention: {margin: '1m', atLimit: 'stop'},
        target: {engine: 'postgres', url: 'env:STORY_TARGET', disk: `${mebibytes}MiB`},
        reverse: {window: '1h'},
      });
    const runner = story.start(['run', sized('small.yaml', 400)]);
    await story.untilFact('the window', isPhaseStarted('reverse-window'));
    // Nothing can be applied to the source, so the target keeps its log.
    await story.source.run('BEGIN', 'LOCK TABLE post.visits');
    await story.target.run('UPDATE post.visits SET visits = visits + 1');
    await untilTrue('the disk of the target is nearly full of its log', async () => {
      await story.target.run(FILLER);
      return readFileSync(story.log, 'utf8').includes('the disk of the target is nearly full');
    });
    expect(await runner.ended).toBe(FAILED);
    expect(await failure(story)).toMatchObject({
      code: 'CF-SLOT-001',
      error: expect.stringContaining('the disk of the target is nearly full'),
    });
    expect(await story.target.value('SELECT count(*) FROM pg_replication_slots')).toBe('1');
    await story.target.run('UPDATE post.visits SET visits = visits + 1');
    await story.source.run('ROLLBACK');
    expect((await story.type('amend', sized('large.yaml', 40_000), '--yes', '--reason', 'a new volume')).code).toBe(0);
    story.start(['resume']);
    await untilTrue('the way back has caught up', async () => {
      const {source, target: at} = await bothChecksums(story);
      return JSON.stringify(source) === JSON.stringify(at);
    });
  } finally {
    await target.stop();
  }
});
