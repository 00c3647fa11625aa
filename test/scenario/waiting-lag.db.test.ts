/** A run may wait for people for days: an alert on its lag has to see what goes wrong meanwhile. */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const LAG = /^crossfade_lag_seconds\{.*\} (\S+)$/m;

test('the lag goes on being measured while a cutover waits to be asked for, though no gate asks', async () => {
  const plan = {gates: {cutover: ['checksum-match']}, cutover: {start: 'manual', stallBudget: '8s'}};
  await using story = await openLetters('waiting-lag', {plan});
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gates are green', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover');
  const lag = async (): Promise<number> => Number(LAG.exec((await story.type('metrics')).output)?.[1] ?? NaN);
  const other = await storyDatabase(story.target.url);
  await other.run('BEGIN', 'LOCK TABLE post.visits IN ACCESS EXCLUSIVE MODE');
  await story.source.run('UPDATE post.visits SET person = person WHERE person = 7');
  await untilTrue('it grows', async () => (await lag()) > 3);
  await other.run('ROLLBACK');
  await other.close();
  await untilTrue('it is over', async () => (await lag()) < 3);
  expect(await story.type('cutover', '--confirm', 'waiting-lag')).toMatchObject({code: 0});
  await story.untilFact('the target serves', (fact) => fact.type === 'phase-started' && fact.phase === 'reverse-window');
  expect(await story.type('complete', '--confirm', 'waiting-lag')).toMatchObject({code: 0});
  expect(await runner.ended, runner.lastWords()).toBe(0);
});
