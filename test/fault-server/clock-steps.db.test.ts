/**
 * A wall clock steps while clients are held: that of the runner's machine, or that of the closing side's server, on which
 * the deadline of the fence rests. A hold ends in time all the same, and what is decided is decided once (H-76).
 */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {optional} from '../support/servers.ts';
import {openShopStory} from '../support/shop-story.ts';
import {expectComplete, expectServing, ownServer, ROUTE, standing} from '../support/standing.ts';
import {steppedClock} from '../support/stepped-clock.ts';
import {isPhaseEnded, isPhaseStarted} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const maySet = (await optional(async () => steppedClock()[Symbol.dispose]() ?? true)) === true;
/** Longer than any budget, and than any test: what rests on that clock is over at once, or never. */
const HOUR_S = 3600;
/** Beyond the deadline of the fence, and too short for a server to give up its connections. */
const BEYOND_DEADLINE_S = 10;
const plan = {gates: {cutover: ['replication-lag']}, cutover: {start: 'auto', stallBudget: '5s'}};
const WRITE = 'UPDATE post.visits SET visits = visits + 1';

test.skipIf(!maySet)('the clock of the runner’s machine is set forward in the hold: the switch goes through (H-76)', async () => {
  using clock = steppedClock();
  await using story = await openShopStory('forward', 41);
  const {runner, go} = await clock.during(() => standing(story, 'step-intent cutover/drain'));
  clock.step(HOUR_S);
  go();
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  expect((await story.facts()).filter(isPhaseEnded('cutover', 'back'))).toEqual([]);
  const complete = () => clock.during(() => story.type('complete', '--confirm', 'forward', '--reason', 'the end'));
  await untilTrue('it is complete', async () => (await complete()).code === 0); // the window ends by the clock of the machine
  expect(await runner.ended).toBe(0);
  await story.expectNothingLost('target', 1);
});

test.skipIf(!maySet)('it is set back in the hold, and a table is locked: nobody is held beyond the stall budget (H-76)', async () => {
  using clock = steppedClock();
  await using story = await openLetters('back', {plan});
  const {runner, go} = await clock.during(() => standing(story, 'step-intent cutover/final-check'));
  const stranger = await storyDatabase(story.source.url);
  await stranger.run('BEGIN', 'LOCK TABLE post.visits IN ACCESS EXCLUSIVE MODE');
  clock.step(-HOUR_S);
  go();
  const ended = await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({evidence: {reason: 'the stall budget of 5000 ms was used up'}});
  await stranger.close();
  await expectServing(story, 'source');
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expectComplete(story, 'back', runner.ended);
});

test.skipIf(!maySet)('the clock of the source is set beyond the deadline: it opens, and no decision is made (H-76)', async () => {
  using clock = steppedClock();
  await using source = await ownServer({version: 17});
  await clock.during(() => source.restart());
  await using story = await openLetters('beyond', {on: {source}, plan});
  const {runner, go} = await standing(story, 'step-intent cutover/decide');
  await expect(story.source.run(WRITE)).rejects.toThrow('are closed on this side');
  clock.step(BEYOND_DEADLINE_S);
  await story.source.run(WRITE);
  go();
  const ended = await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({
    evidence: {reason: expect.stringMatching(/the decision was refused: .* to the deadline|fence is released/)},
  });
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expectServing(story, 'target');
  await expectComplete(story, 'beyond', runner.ended);
});

test.skipIf(!maySet)('the clock of the source is set back and the runner dies: its watchdog ends the hold in time (H-76)', async () => {
  using clock = steppedClock();
  await using source = await ownServer({version: 17});
  await clock.during(() => source.restart());
  await using story = await openShopStory('never', 43, {cutover: {start: 'auto', stallBudget: '5s'}}, {source});
  await standing(story, 'step-intent cutover/decide');
  clock.step(-HOUR_S);
  await story.killRunner();
  await untilTrue('the hold is over', async () => (await story.source.value(ROUTE)) === 'source, open');
  expect(await story.source.value(`SELECT state FROM crossfade.fence WHERE deadline > clock_timestamp() + interval '30 min'`)).toBe(
    'released',
  );
  const from = story.acknowledged();
  await untilTrue('the source serves', () => story.acknowledged() > from);
  const runner = story.start(['resume']);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', 'never', '--reason', 'the end')).code === 0);
  expect(await runner.ended).toBe(0);
  await story.expectNothingLost('target', 1);
});
