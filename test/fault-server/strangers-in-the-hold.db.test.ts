/**
 * Strangers get in the way of a cutover while clients are held: they take every connection of the source, or lock a table
 * for longer than the stall budget. Nobody stays held, and the cutover goes through when they have gone.
 */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {expectComplete, expectServing, ownServer, standing} from '../support/standing.ts';
import {isPhaseEnded} from '../support/story.ts';
import {type StoryDatabase, storyDatabase} from '../support/story-database.ts';

const plan = {gates: {cutover: ['replication-lag']}, cutover: {start: 'auto', stallBudget: '3s'}};

const CALLED_OFF = 6;
const SMALL = {version: 17, settings: {max_connections: '60', max_wal_senders: '10'}} as const;

test('every connection of the source is taken before the hold: nothing is held, and the next runner goes through', async () => {
  await using source = await ownServer(SMALL);
  await using story = await openLetters('full', {on: {source}, plan});
  const {runner, go} = await standing(story, 'step-intent cutover/start-watchdog');
  const crowd = await takeAll(story.source.url);
  go();
  expect(await runner.ended).toBe(CALLED_OFF);
  const failed = (await story.facts()).findLast(({type}) => type === 'failed');
  expect(failed).toMatchObject({code: 'CF-CUT-001', error: expect.stringContaining('the watchdog could not start')});
  await Promise.all(crowd.map((one) => one.close()));
  await expectServing(story, 'source');
  await expectComplete(story, 'full', story.start(['resume']).ended);
});

test('every connection of the source is taken in the hold: it is called off, and the next attempt goes through', async () => {
  await using source = await ownServer(SMALL);
  await using story = await openLetters('crowded', {on: {source}, plan});
  const {runner, go} = await standing(story, 'step-intent cutover/raise-fence');
  const crowd = await takeAll(story.source.url);
  go();
  const ended = await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({evidence: {reason: expect.stringContaining('too many clients')}});
  await Promise.all(crowd.map((one) => one.close()));
  await expectServing(story, 'source');
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expectComplete(story, 'crowded', runner.ended);
});

test('a table is locked by a stranger when the fence stands, for longer than anybody may be held', async () => {
  await using story = await openLetters('locked', {plan});
  const {runner, go} = await standing(story, 'step-intent cutover/final-check');
  const stranger = await storyDatabase(story.source.url);
  await stranger.run('BEGIN', 'LOCK TABLE post.visits IN ACCESS EXCLUSIVE MODE');
  go();
  const ended = await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({evidence: {reason: 'the stall budget of 3000 ms was used up'}});
  await stranger.close();
  await expectServing(story, 'source');
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expectComplete(story, 'locked', runner.ended);
});

/** Until the server has no place for one more, not even those that it keeps for superusers. */
async function takeAll(url: string): Promise<readonly StoryDatabase[]> {
  const crowd: StoryDatabase[] = [];
  for (;;) {
    try {
      crowd.push(await storyDatabase(url));
    } catch {
      return crowd; // every place is taken
    }
  }
}
