/**
 * Somebody holds a lock that the fence has to wait for, and does not let go. The plan decides: the attempt is called off
 * and names them, or they are ended and the cutover goes through. Nothing that was acknowledged is lost either way.
 */
import {randomBytes} from 'node:crypto';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {type StoryDatabase, storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const SECRET = 'what-nobody-may-read';

/** Idle in a transaction that has written into a mapped table. Closed with its test: an open transaction holds up every new slot of the server. */
async function forgetful(
  story: Story,
  side: 'source' | 'target' = 'source',
): Promise<AsyncDisposable & StoryDatabase & {readonly process: number}> {
  const url = new URL(story[side].url);
  url.searchParams.set('application_name', 'forgotten psql');
  const client = await storyDatabase(url.href);
  await client.run('BEGIN', `UPDATE post.letters SET subject = '${SECRET}' WHERE sender = 1`);
  return {...client, process: Number(await client.value('SELECT pg_backend_pid()')), [Symbol.asyncDispose]: () => client.close()};
}

/** Written and acknowledged before, while and after somebody stands in the way. */
const write = (side: StoryDatabase, day: number): Promise<void> =>
  side.run(`INSERT INTO post.visits VALUES (date '2031-01-01' + ${day}, 1, 1)`);
const written = (side: StoryDatabase): Promise<string | null> => side.value(`SELECT count(*) FROM post.visits WHERE day >= '2031-01-01'`);

const stepFact = (step: string) => (fact: JournalFact) => fact.type === 'step-outcome' && fact.step === step;
const plan = (onBlockers: 'abort' | 'terminate') => ({
  gates: {cutover: ['replication-lag', 'checksum-match']},
  cutover: {start: 'manual', stallBudget: '8s', onBlockers},
});

async function atTheDoor(story: Story): Promise<void> {
  story.start(['run', story.planFile]);
  await story.untilFact('every gate is green', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover');
}

test('abort: the source serves again, and the reason says who was in the way; the next attempt goes through (H-64)', async () => {
  await using story = await openLetters('in-the-way', {plan: plan('abort')});
  await atTheDoor(story);
  await write(story.source, 1);
  await using client = await forgetful(story);
  await story.type('cutover', '--confirm', 'in-the-way');
  const ended = await story.untilFact('it was called off', isPhaseEnded('cutover', 'back'));
  const {reason} = (ended as {evidence: {reason: string}}).evidence;
  expect(reason).toMatch(
    new RegExp(
      `in the way: process ${client.process} of \\w+ \\(forgotten psql\\), for [\\d.]+ s, idle in transaction, waits in Client/ClientRead$`,
    ),
  );
  expect(JSON.stringify(await story.facts())).not.toContain(SECRET);
  await write(story.source, 2); // the source serves, and so does the transaction that was in the way
  await client.run('COMMIT');
  await story.untilFact('every gate is green again', (fact) => fact.type === 'phase-ended' && fact.phase === 'verify-data');
  await untilTrue('it is cut over', async () => {
    await story.type('cutover', '--confirm', 'in-the-way');
    return (await story.facts()).some(isPhaseStarted('reverse-window'));
  });
  expect(await written(story.target)).toBe('2');
  expect(await story.target.value(`SELECT count(*) > 0 FROM post.letters WHERE subject = '${SECRET}'`)).toBe('t');
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
});

test('terminate: the cutover goes through, the one in the way gets an error, and the record names it; the same on the way back', async () => {
  await using story = await openLetters('ended', {plan: plan('terminate')});
  await atTheDoor(story);
  await write(story.source, 1);
  await using client = await forgetful(story);
  await story.type('cutover', '--confirm', 'ended');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  expect((await story.facts()).filter(isPhaseEnded('cutover', 'back'))).toEqual([]);
  const facts = {process: client.process, application: 'forgotten psql', state: 'idle in transaction', waitsIn: 'Client/ClientRead'};
  expect(await story.untilFact('who was ended', stepFact('end-blockers'))).toMatchObject({evidence: {ended: [facts]}});
  expect(JSON.stringify(await story.facts())).not.toContain(SECRET);
  await expect(client.run('COMMIT')).rejects.toThrow();
  await write(story.target, 2);

  await using onTarget = await forgetful(story, 'target');
  await story.type('reverse', '--confirm', 'ended', '--reason', 'the story');
  await story.untilFact('the source serves again', isPhaseEnded('reverse-cutover', 'done'));
  await expect(onTarget.run('COMMIT')).rejects.toThrow();
  await write(story.source, 3);
  expect(await written(story.source)).toBe('3');
  expect(await story.source.value(`SELECT count(*) FROM post.letters WHERE subject = '${SECRET}'`)).toBe('0');
});

test('terminate: a prepared transaction cannot be ended, so the attempt is called off and names it (H-68)', async () => {
  await using story = await openLetters('prepared', {plan: plan('terminate')});
  await atTheDoor(story);
  const gid = `left_${randomBytes(4).toString('hex')}`;
  await story.source.run('BEGIN', `UPDATE post.visits SET visits = visits + 1`, `PREPARE TRANSACTION '${gid}'`);
  await story.type('cutover', '--confirm', 'prepared');
  const ended = await story.untilFact('it was called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({evidence: {reason: expect.stringContaining(`prepared transaction ${gid} of`)}});
  await write(story.source, 1);
  await story.source.run(`COMMIT PREPARED '${gid}'`);
});
