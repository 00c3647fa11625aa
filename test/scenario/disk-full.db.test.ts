/** A disk that is too small, or becomes it: refused before the start with its numbers, one clear error later, and everything goes on once there is room. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {postmasterPid} from '../support/server-process.ts';
import {optional} from '../support/servers.ts';
import {openShopStory} from '../support/shop-story.ts';
import {serverOnSmallDisk, serverWithSmallLogDisk, smallDisk} from '../support/small-disk.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const NO_GO = 4;
const FAILED = 1;
/** The second chunk, in its transaction. */
const STORED = {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2} as const;
const MIB = 1024 * 1024;
const waiting = {gates: {cutover: ['replication-lag', 'approval']}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const failure = (story: Story) => story.untilFact('the failure', ({type}) => type === 'failed');
const mayMount = (await optional(async () => smallDisk(1)[Symbol.dispose]() ?? true)) === true;

async function expectEqual(story: Story): Promise<void> {
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
}

test.skipIf(!mayMount)('a target whose disk is too small is refused with its numbers, before anything is moved', async () => {
  await using target = await serverOnSmallDisk(64, {version: 18});
  await using story = await openLetters('small', {on: {target}, plan: waiting});
  target.disk.fill(4 * MIB);
  const answer = await story.type('run', story.planFile, '--json', '--yes');
  expectRefused(answer, 'CF-DISK-001', NO_GO, 'free for data on its disk');
  expect(answer.output).toMatch(/has [34]\.\dMiB free for data on its disk, and ~\d+\.\dMiB are needed \(tables ~\d+\.\dMiB, indexes ~/);
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
  target.disk.empty();
  story.start(['resume']);
  await atTheGate(story);
  await expectEqual(story);
});

test('the size that a plan states counts too, and can be corrected (H-98)', async () => {
  const address = {engine: 'postgres', url: 'env:STORY_TARGET'};
  await using story = await openLetters('stated', {plan: {...waiting, target: {...address, disk: '1MiB'}}});
  const answer = await story.type('run', story.planFile, '--json', '--yes');
  expectRefused(answer, 'CF-DISK-001', NO_GO, 'has 0B free for target.disk (1.0MiB)');
  const larger = story.writePlan('larger.yaml', {...waiting, target: {...address, disk: '4000GiB'}});
  expect((await story.type('amend', larger, '--yes', '--reason', 'a new volume')).code).toBe(0);
  story.start(['resume']);
  await atTheGate(story);
});

test.skipIf(!mayMount)('the disk of the target fills while rows are loaded, and while changes are applied', async () => {
  await using target = await serverOnSmallDisk(64, {version: 18});
  await using story = await openLetters('fills', {on: {target}, plan: {...waiting, load: {parallel: 1, chunk: '64KiB'}}});
  const file = join(story.folder, 'stand');
  const loading = story.start(['run', story.planFile], {...STORED, act: 'wait', file});
  await untilTrue('a chunk is about to be stored', () => existsSync(`${file}.reached`));
  target.disk.fill(0);
  writeFileSync(`${file}.go`, '');
  expect(await loading.ended).toBe(FAILED);
  expect(await failure(story)).toMatchObject({
    code: 'CF-DISK-002',
    error: expect.stringMatching(/the disk of the target is (nearly )?full/),
  });
  const done = await story.target.value(`SELECT count(*) FROM crossfade.chunk WHERE state = 'done'`);
  expect(Number(done)).toBeGreaterThan(0);
  target.disk.enlarge(128);
  const applying = story.start(['resume']);
  await atTheGate(story);
  expect(await story.facts()).toContainEqual(
    expect.objectContaining({type: 'phase-ended', evidence: expect.objectContaining({kept: Number(done)})}),
  );
  target.disk.fill(0);
  await story.source.run(`INSERT INTO post.letters SELECT 'M' || i, 1, 'large', repeat(md5(i::text), 640) FROM generate_series(1, 200) i`);
  expect(await applying.ended).toBe(FAILED);
  expect(await failure(story)).toMatchObject({code: 'CF-DISK-002'});
  target.disk.empty();
  story.start(['resume']);
  await untilTrue('the rows are there', async () => (await story.target.value(`SELECT count(*) FROM post.letters`)) === '4200');
  await expectEqual(story);
});

test.skipIf(!mayMount)(
  'no room for the journal: nothing is done that is not on record, and the run goes on once there is some',
  async () => {
    await using story = await openLetters('state-full', {plan: {...waiting, load: {parallel: 1, chunk: '64KiB'}}});
    using state = smallDisk(8, join(story.folder, 'state'));
    const file = join(story.folder, 'stand');
    const runner = story.start(['run', story.planFile], {...STORED, act: 'wait', file});
    await untilTrue('a chunk is about to be stored', () => existsSync(`${file}.reached`));
    state.fill(0);
    writeFileSync(`${file}.go`, '');
    expect(await runner.ended).toBe(NO_GO);
    expect((await story.type('status')).code).toBe(0);
    expect((await story.facts()).some(isPhaseStarted('catch-up'))).toBe(false);
    state.empty();
    story.start(['resume']);
    await atTheGate(story);
    await expectEqual(story);
  },
);

test.skipIf(!mayMount)('a copy waits while the target has little room left, and goes on by itself', async () => {
  await using target = await serverOnSmallDisk(256, {version: 18});
  await using story = await openLetters('waits', {on: {target}, plan: {...waiting, load: {parallel: 1, chunk: '64KiB'}}});
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', story.planFile], {...STORED, act: 'wait', file});
  await untilTrue('a chunk is about to be stored', () => existsSync(`${file}.reached`));
  target.disk.fill(15 * MIB);
  await untilTrue('the guardian', () => readFileSync(story.log, 'utf8').includes('nothing is copied until there is room'));
  writeFileSync(`${file}.go`, '');
  expect(await story.type('pause', '--wait')).toMatchObject({code: 0, output: 'paused between chunks\n'});
  await story.type('resume');
  target.disk.empty();
  await atTheGate(story);
  expect(runner.isRunning).toBe(true);
  await expectEqual(story);
});

test.skipIf(!mayMount)(
  'the disk of the source’s log fills faster than anybody looks: the server goes down, the run ends, and both go on once there is room (H-98)',
  async () => {
    const settings = {max_wal_size: '32MB', min_wal_size: '32MB'};
    await using source = await serverWithSmallLogDisk(192, {version: 17, settings});
    // Without `stop` the guardian would give up the stream, if it looks in the moment before the end.
    const plan = {...waiting, retention: {atLimit: 'stop'}};
    await using story = await openShopStory('log-full', 61, plan, {source: source.server});
    const runner = story.start(['run', story.planFile]);
    await atTheGate(story);
    const before = story.acknowledged();
    await untilTrue('clients write', () => story.acknowledged() > before);
    source.disk.fill(0);
    const isRefused = (): Promise<boolean> =>
      story.source.run(`SELECT pg_logical_emit_message(false, 'filler', repeat('x', ${8 * MIB}))`).then(
        () => false,
        () => true,
      );
    await untilTrue('the log finds no room', isRefused);
    await untilTrue('the server is down, by itself', () => postmasterPid(source.server.dataFolder ?? '') === undefined);
    expect(await runner.ended).toBe(FAILED);
    // Whoever noticed first: the guardian that there is no room, or a session that its server is gone.
    expect(['CF-SLOT-001', 'CF-CONN-004', 'CF-CONN-001']).toContain(((await failure(story)) as {code?: string}).code);
    source.disk.empty();
    source.disk.enlarge(1024);
    await source.server.restart();
    story.start(['resume']);
    await story.type('approve', 'approval', '--reason', 'the story', '--yes');
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    await story.expectNothingLost('target', 1);
  },
);
