/**
 * Attempts at a cutover that come to nothing, while the application writes on: the next one needs no comparison of all rows,
 * and where rows change more quickly than they can be compared nobody is held at all.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';
import {expectWhy} from '../support/why.ts';

/** Between two visits. */
const PAUSE_MS = 3;
const gates = {cutover: ['replication-lag', 'checksum-match']};

/** A client that counts visits all the while, on whichever side takes them. */
async function visitor(story: Story): Promise<AsyncDisposable & {leave(): Promise<void>; moreVisits(): Promise<void>}> {
  const sides = {source: await storyDatabase(story.source.url), target: await storyDatabase(story.target.url)};
  let [visits, isGone] = [0, false];
  let side: 'source' | 'target' = 'source';
  const visit = async (): Promise<void> => {
    while (!isGone) {
      await sides[side].run(`UPDATE post.visits SET visits = visits + 1 WHERE person = ${1 + (visits % 50)}`).then(
        () => void visits++,
        () => void (side = side === 'source' ? 'target' : 'source'), // closed by the fence
      );
      await sleep(PAUSE_MS);
    }
  };
  const visiting = visit();
  const leave = async (): Promise<void> => {
    isGone = true;
    await visiting;
  };
  return {
    leave,
    moreVisits: async () => {
      const before = visits;
      await untilTrue('visits go on', () => visits > before + 50);
    },
    [Symbol.asyncDispose]: async () => {
      await leave();
      await Promise.all([sides.source.close(), sides.target.close()]);
    },
  };
}

/** What compares all rows: the step of the phase, and comparisons in the background. */
const isWhole = (fact: JournalFact): boolean => (fact.type === 'step-intent' && fact.step === 'compare') || fact.type === 'verified';
const isHold = (fact: JournalFact): boolean => fact.type === 'step-intent' && fact.step === 'hold';
const times = async (story: Story, isIt: (fact: JournalFact) => boolean): Promise<number> => (await story.facts()).filter(isIt).length;
const untilTimes = (story: Story, what: string, count: number, isIt: (fact: JournalFact) => boolean) =>
  untilTrue(`${what}; see ${story.folder}`, async () => (await times(story, isIt)) >= count);
const isReady = (fact: JournalFact): boolean => fact.type === 'gates-passed' && fact.phase === 'cutover';

/** An open transaction that has written, so that no fence can be had on that side until it ends. */
async function inTheWay(story: Story, side: 'source' | 'target'): Promise<AsyncDisposable & {leave(): Promise<void>}> {
  const client = await storyDatabase(story[side].url);
  await client.run('BEGIN', `UPDATE post.letters SET subject = 'read' WHERE sender = 1`);
  return {leave: () => client.run('COMMIT'), [Symbol.asyncDispose]: () => client.close()};
}

test('after an attempt that was called off the next one needs no comparison of all rows, forward and back', async () => {
  await using story = await openLetters('again', {plan: {gates, cutover: {start: 'manual', stallBudget: '4s'}, reverse: {window: '1h'}}});
  await using visits = await visitor(story);
  story.start(['run', story.planFile]);
  await story.untilFact('every gate is green', isReady);
  expect(await times(story, isWhole)).toBe(1);
  {
    await using blocker = await inTheWay(story, 'source');
    await story.type('cutover', '--confirm', 'again');
    await story.untilFact('it was called off', isPhaseEnded('cutover', 'back'));
    await blocker.leave();
  }
  await untilTimes(story, 'what is known was looked at', 2, isPhaseEnded('verify-data', 'done'));
  const second = (await story.facts()).findLast(isPhaseEnded('verify-data', 'done'));
  expect(second).toMatchObject({evidence: {compared: 'before the attempt that was called off', attempts: 1, whole: 0}});
  await visits.moreVisits();
  await untilTrue('it is cut over', async () => {
    await story.type('cutover', '--confirm', 'again');
    return (await story.facts()).some(isPhaseStarted('reverse-window'));
  });
  expect(await times(story, isHold)).toBeGreaterThan(1);
  await visits.moreVisits();

  const reverse = async () => (await story.type('reverse', '--confirm', 'again', '--reason', 'the story')).code === 0;
  {
    await using blocker = await inTheWay(story, 'target');
    await untilTrue('the way back is asked for', reverse);
    await story.untilFact('it was called off', isPhaseEnded('reverse-cutover', 'back'));
    await blocker.leave();
  }
  await visits.moreVisits();
  await untilTrue('the source serves again', async () => {
    await reverse();
    return (await story.facts()).some(isPhaseEnded('reverse-cutover', 'done'));
  });
  const facts = await story.facts();
  expect(facts.slice(0, facts.findIndex(isPhaseEnded('reverse-cutover', 'done'))).filter(isWhole), story.folder).toHaveLength(1);
  const checks = facts.flatMap((fact) => (fact.type === 'step-outcome' && fact.step === 'final-check' ? [fact.evidence] : []));
  expect(checks.length).toBeGreaterThanOrEqual(2);
  for (const check of checks) expect(check).toMatchObject({changed: {isKnown: true, left: 0}});
  await visits.leave();
  await untilTrue('the stream has carried the rest, and all of it', async () => {
    const {source, target} = await bothChecksums(story);
    return JSON.stringify(target) === JSON.stringify(source);
  });
});

test('rows that change more quickly than they can be compared: nobody is held, the reason has numbers, and it goes through when they slow down', async () => {
  await using story = await openLetters('too-quick', {plan: {gates, cutover: {start: 'manual', stallBudget: '3s'}}});
  await using visits = await visitor(story);
  // Each look at visits by their keys takes longer than a hold has for all of them: a tenth of three seconds.
  story.start(['run', story.planFile], {kind: 'sql.send', label: 'SELECT "day" AS k0', act: 'slow', ms: 350});
  await story.untilFact('every gate is green', isReady);
  expect(await story.type('cutover', '--confirm', 'too-quick', '--wait')).toMatchObject({code: 6});
  const refused = await story.untilFact('it was not begun', isPhaseEnded('cutover', 'back'));
  const words =
    'nothing was held, because rows change too quickly: after \\d+ rounds of comparing about \\d+ rows would be left for the hold, ' +
    'which take \\d{3,} ms, and it has 300 ms for them; \\d+ rows change in a second, \\d+ can be compared';
  expect(refused).toMatchObject({evidence: {reason: expect.stringMatching(new RegExp(`^${words}$`))}});
  await expectWhy(story, {
    cause: new RegExp(`^ready for cutover for \\d+s: the plan starts it by hand; the last cutover was called off \\d+s ago: ${words}$`),
    owner: /^the operator$/,
    next: 'crossfade cutover --confirm too-quick',
  });
  await visits.moreVisits();
  expect(await times(story, isHold)).toBe(0);
  await visits.leave();
  await untilTrue('it is cut over', async () => {
    await story.type('cutover', '--confirm', 'too-quick');
    return (await story.facts()).some(isPhaseStarted('reverse-window'));
  });
  expect(await times(story, isWhole)).toBe(1);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});
