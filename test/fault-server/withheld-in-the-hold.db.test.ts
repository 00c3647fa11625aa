/**
 * The synchronous standby of the source falls silent while clients are held. Nothing that is committed there is answered
 * from then on, and nobody may be held for that long: the attempt is called off, or, once the decision stands in the log,
 * carried out. Whoever notices, the runner or the watchdog, does the same.
 */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {expectComplete, expectServing, ownServer, ROUTE, standing} from '../support/standing.ts';
import {isPhaseEnded} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';
import {withhold} from '../support/withheld.ts';

const plan = {gates: {cutover: ['replication-lag']}, cutover: {start: 'auto', stallBudget: '3s'}};

test('before the decision: the attempt is called off, everything is let go, and a later one goes through', async () => {
  await using source = await ownServer({version: 17});
  await using story = await openLetters('silent', {on: {source}, plan});
  const {go, runner} = await standing(story, 'step-intent cutover/raise-fence');
  const {acknowledge} = await withhold(story.source.url);
  go();
  const ended = await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  expect(ended).toMatchObject({evidence: {reason: 'the stall budget of 3000 ms was used up'}});
  await expectServing(story, 'source');
  await acknowledge();
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  await expectServing(story, 'target');
  await expectComplete(story, 'silent', runner.ended);
});

test('the decision: it stands, so the runner carries it out and waits for no standby', async () => {
  await using source = await ownServer({version: 17});
  await using story = await openLetters('decided', {on: {source}, plan});
  const {go, runner} = await standing(story, 'step-intent cutover/decide');
  const {acknowledge} = await withhold(story.source.url);
  go();
  await story.untilFact('the decision', ({type}) => type === 'decision');
  await expectServing(story, 'target');
  await acknowledge();
  await expectComplete(story, 'decided', runner.ended);
});

test('the decision, and then the runner dies: the watchdog carries it out and waits for no standby', async () => {
  await using source = await ownServer({version: 17});
  await using story = await openLetters('alone', {on: {source}, plan});
  const {go} = await standing(story, 'step-intent cutover/decide');
  const {acknowledge} = await withhold(story.source.url);
  go();
  const waits = `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'crossfade % decision' AND wait_event = 'SyncRep'`;
  await untilTrue('the decision waits for the standby', async () => (await story.source.value(waits)) === '1');
  await story.killRunner();
  await untilTrue('routers are led to the target', async () => (await story.source.value(ROUTE)) === 'target, open');
  await expectServing(story, 'target');
  await acknowledge();
  await expectComplete(story, 'alone', story.start(['resume']).ended);
});
