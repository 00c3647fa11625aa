/**
 * What a plan may choose changes what is sent: one tenant of shared tables, a schema that is there already,
 * clients in the way that are ended. Of each, all had been announced, and nothing more.
 */
import {expect, test} from 'vitest';
import {expectAnnounced, planned, unknownSteps} from '../support/announced-story.ts';
import {openLetters, POST_DATA, PRE_DATA} from '../support/letters.ts';
import {loggingServer} from '../support/statement-log.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {type StoryDatabase, storyDatabase} from '../support/story-database.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const servers = {source: await loggingServer(15), target: await loggingServer(18)};

test('a schema that is there already, forward, back, forward and complete', {timeout: 600_000}, async () => {
  await using story = await openLetters('chosen', {on: servers, plan: {schema: {kind: 'existing'}, load: {parallel: 2, chunk: '64KiB'}}});
  await story.target.run(PRE_DATA, POST_DATA);
  await expectTold(story, (side) =>
    side.run(`UPDATE post.visits SET visits = visits + 1`, `DELETE FROM post.stamps WHERE letter = 'L000001'`),
  );
});

test('one tenant of tables that others share, forward, back, forward and complete', {timeout: 600_000}, async () => {
  const tables = {'app.accounts': {where: 'tenant = 7'}};
  await using story = await openStory({
    name: 'chosen',
    schema: {preData: 'none.sql', postData: 'none.sql'},
    tables: ['app.*'],
    on: servers,
    plan: {schema: {kind: 'catalog'}, mapping: {tables}},
  });
  await story.source.run(
    'CREATE SCHEMA app',
    'CREATE TABLE app.accounts (id int PRIMARY KEY, tenant int NOT NULL, cents bigint NOT NULL)',
    'INSERT INTO app.accounts SELECT n, 7 + n % 2, n FROM generate_series(1, 500) n',
    'ANALYZE',
  );
  await expectTold(story, (side) => side.run('UPDATE app.accounts SET cents = cents + 1 WHERE tenant = 7'));
});

test('clients in the way that are ended, on either side', {timeout: 600_000}, async () => {
  const cutover = {start: 'manual', stallBudget: '8s', onBlockers: 'terminate'};
  await using story = await openLetters('chosen', {on: servers, plan: {cutover}});
  const outline = await planned(story);
  story.start(['run', story.planFile]);
  await story.untilFact('every gate is green', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover');
  for (const [side, verb, phase] of [
    ['source', 'cutover', 'cutover'],
    ['target', 'reverse', 'reverse-cutover'],
  ] as const) {
    const client = await standInTheWay(story[side].url);
    await story.type(verb, '--confirm', 'chosen', '--reason', 'the story');
    await story.untilFact(`${phase} is done`, isPhaseEnded(phase, 'done'));
    await client.close();
  }
  await expectAnnounced(story, servers, outline, []);
});

/** Its transaction has written, so a fence has to wait for it. */
async function standInTheWay(url: string): Promise<StoryDatabase> {
  const client = await storyDatabase(url);
  await client.run('BEGIN', 'UPDATE post.visits SET visits = visits + 1 WHERE person = 1');
  return client;
}

/** `write` is done on every side that has just been opened. */
async function expectTold(story: Story, write: (open: StoryDatabase) => Promise<void>): Promise<void> {
  const outline = await planned(story);
  await thereAndBack(story, 'chosen', story.planFile, (side) => write(story[side]));
  await expectAnnounced(story, servers, outline);
  expect(await unknownSteps(story, outline)).toEqual([]);
}
