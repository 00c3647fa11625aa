/** An earlier version began the run, whose tables on the sides know less: what can go on does, and what nobody can know is said. */
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {expectRefused, type Story} from '../support/story.ts';

const ABORTED = 6;
const FAILED = 1;
const waiting = {gates: {cutover: ['replication-lag', 'approval']}};

/** As they were before the timeline of a server was kept with each stream and each entry. */
async function makeOld({source, target}: Story): Promise<void> {
  for (const side of [source, target])
    await side.run('ALTER TABLE crossfade.journal DROP COLUMN history', 'ALTER TABLE crossfade.stream DROP COLUMN history');
}

/** As they were before positions could be of another engine. */
async function makePositionsOld({source, target}: Story): Promise<void> {
  for (const side of [source, target])
    for (const [table, column] of [
      ['progress', 'pos'],
      ['chunk', 'end_pos'],
      ['replay_window', 'end_pos'],
    ])
      await side.run(`ALTER TABLE crossfade.${table} ALTER COLUMN ${column} TYPE pg_lsn USING ${column}::pg_lsn`);
}

test('before there is a stream: its journal is read as it is, the tables get what they lack, and the run goes on', async () => {
  await using story = await openLetters('older', {plan: waiting});
  await story.killAt({kind: 'journal.write', label: 'phase-started prepare-target'}, ['run', story.planFile]);
  await makeOld(story);
  const verified = await story.type('events', '--verify');
  expect(verified.code, verified.error).toBe(0);
  expect(await story.source.value(`SELECT to_jsonb(j) ? 'history' FROM crossfade.journal j LIMIT 1`)).toBe('f');
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('in the middle of the load: positions that it has stored are gone on from', async () => {
  await using story = await openLetters('positions', {plan: waiting});
  await story.killAt({kind: 'journal.write', label: 'phase-started catch-up'}, ['run', story.planFile]);
  await makePositionsOld(story);
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await story.target.value(`SELECT pg_typeof(pos)::text FROM crossfade.progress WHERE lane = 'forward'`)).toBe('text');
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('before rows could be parked: the tables get what they lack, and the run goes on', async () => {
  await using story = await openLetters('unparked', {plan: waiting});
  await story.killAt({kind: 'journal.write', label: 'phase-started catch-up'}, ['run', story.planFile]);
  for (const side of [story.source, story.target]) await side.run('DROP TABLE crossfade.parked');
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await story.source.value(`SELECT to_regclass('crossfade.parked')::text`)).toBe('crossfade.parked');
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('a stream of which nobody knows where it was made is not gone on with: the run says so, and abort leaves nothing', async () => {
  await using story = await openLetters('stream', {plan: waiting});
  await story.killAt({kind: 'journal.write', label: 'phase-started verify-data'}, ['run', story.planFile]);
  await makeOld(story);
  expectRefused(
    await story.type('resume', '--json', '--yes'),
    'CF-SRC-004',
    FAILED,
    'an earlier version made it and did not note the timeline',
  );
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(ABORTED);
  expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
});
