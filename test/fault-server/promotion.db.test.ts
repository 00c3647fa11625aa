/**
 * A standby takes the place of the source or of the target, at the same address and with the same identifier. What the old
 * server had confirmed and the standby never received is gone; nothing on the new one says so. The run must notice, and
 * never guess: it goes on only where it can be proven that nothing it rests on was lost (H-63).
 */
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {ownServer} from '../support/standing.ts';
import {standbyOf} from '../support/standby.ts';
import {expectRefused, isPhaseEnded, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const ABORTED = 6;
const FAILED = 1;
const UNKNOWN = 7;
const waiting = {gates: {cutover: ['replication-lag', 'approval']}};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const isTrue = (side: 'source' | 'target', story: Story, claim: string) => async () =>
  (await story[side].value(`SELECT (${claim})::text`)) === 'true';

/** The runner meets the end of the server, and leaves. */
async function failover(story: Story, side: 'source' | 'target', standby: {takeOver(): Promise<void>}): Promise<void> {
  await standby.takeOver();
  await story.reopen(side);
}

test('the source lost transactions that the target has, and the slot came along: nothing is applied on top of them (H-63)', async () => {
  await using source = await ownServer({version: 17});
  const standby = await standbyOf(source);
  await using story = await openLetters('promoted', {on: {source}, plan: waiting});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await standby.caughtUp();
  await standby.cutOff('slots');
  await story.source.run(`INSERT INTO post.visits SELECT date '2035-01-01' + i, 1, i FROM generate_series(1, 100) i`);
  const hasTail = `(SELECT count(*) FROM post.visits WHERE day > '2035-01-01') = 100`;
  await untilTrue('the target has what will be lost', isTrue('target', story, hasTail));
  await failover(story, 'source', standby);
  expect(await runner.ended).toBe(FAILED);
  expect(await isTrue('source', story, hasTail)()).toBe(false);
  expect(await story.source.value('SELECT count(*) FROM pg_replication_slots')).toBe('1');
  await story.source.run('UPDATE post.visits SET visits = visits + 1', 'SELECT pg_switch_wal()'); // its log is longer now than the lost one
  const says = 'the change stream of source has a gap: a standby was promoted (timeline 1 when the stream was made, timeline 2 now)';
  expectRefused(await story.type('resume', '--json', '--leave'), 'CF-SRC-004', FAILED, says);
  await abortCleanly(story);
});

test('the target lost what the source was told to let go of: the gap is noticed before anything is applied (H-63)', async () => {
  await using target = await ownServer({version: 18});
  const standby = await standbyOf(target);
  await using story = await openLetters('behind', {on: {target}, plan: waiting});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await standby.caughtUp();
  await standby.cutOff();
  await story.source.run('UPDATE post.visits SET visits = visits + 1');
  const written = await story.source.value('SELECT pg_current_wal_flush_lsn()');
  const released = `SELECT confirmed_flush_lsn >= '${written}' FROM pg_replication_slots WHERE database = current_database()`;
  await untilTrue('the source may let go of it', async () => (await story.source.value(released)) === 't');
  await failover(story, 'target', standby);
  expect(await runner.ended).toBe(FAILED);
  expectRefused(await story.type('resume', '--json', '--leave'), 'CF-SRC-004', FAILED, 'has lost what it had confirmed');
  await abortCleanly(story);
});

test('the target lost indexes that the journal knows as made: they are not taken for granted (H-63)', async () => {
  await using target = await ownServer({version: 18});
  const standby = await standbyOf(target);
  await using story = await openLetters('indexes', {on: {target}, plan: waiting});
  await story.killAt({kind: 'journal.write', label: 'step-intent catch-up/schema-post-data'}, ['run', story.planFile]);
  await standby.caughtUp();
  await standby.cutOff();
  await story.killAt({kind: 'journal.write', label: 'step-intent catch-up/analyze'});
  expect(await isTrue('target', story, `to_regclass('post.letters_sender') IS NOT NULL`)()).toBe(true);
  await failover(story, 'target', standby);
  expect(await isTrue('target', story, `to_regclass('post.letters_sender') IS NOT NULL`)()).toBe(false);
  expectRefused(
    await story.type('resume', '--json', '--yes'),
    'CF-STATE-003',
    UNKNOWN,
    'a standby of it was promoted (timeline 1 then, timeline 2 now)',
  );
  await abortCleanly(story);
});

test('a target that lost nothing is proven to have everything, and the run goes on (H-63)', async () => {
  await using target = await ownServer({version: 18});
  const standby = await standbyOf(target);
  await using story = await openLetters('whole', {on: {target}, plan: waiting});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await runner.kill9();
  await standby.caughtUp();
  await failover(story, 'target', standby);
  await story.source.run('UPDATE post.visits SET visits = visits + 1');
  story.start(['resume']);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

test('a source that lost the decision may serve again: the run says so and touches nothing (H-63)', async () => {
  await using source = await ownServer({version: 17});
  const standby = await standbyOf(source);
  await using story = await openLetters('undecided', {on: {source}});
  await story.killAt({kind: 'journal.write', label: 'step-intent cutover/raise-fence'}, ['run', story.planFile]);
  await standby.caughtUp();
  await standby.cutOff('slots');
  const runner = story.start(['resume']);
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await failover(story, 'source', standby);
  expect(await runner.ended).toBe(FAILED);
  await story.source.run('UPDATE post.visits SET visits = 0 WHERE person = 1'); // nothing of ours can refuse it
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-STATE-003', UNKNOWN, 'the source does not have entry');
  const status = await story.type('status', '--json');
  expect(JSON.parse(status.output)).toMatchObject({state: 'failed', next: [{command: 'crossfade explain CF-STATE-003'}]});
  await story.type('complete', '--confirm', 'undecided', '--reason', 'the story'); // changes nothing about that
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-STATE-003', UNKNOWN, 'the source does not have entry');
  await story.target.run('UPDATE post.visits SET visits = visits + 1'); // and the target serves on
});

/** The way out is open. */
async function abortCleanly(story: Story): Promise<void> {
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(ABORTED);
  expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
  expect(await story.source.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()')).toBe('0');
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
}
