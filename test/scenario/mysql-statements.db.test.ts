/** What statements cost after a switch from MySQL to MariaDB, which write the same statement in other words. */
import {randomBytes} from 'node:crypto';
import {expect, test} from 'vitest';
import type {StatementComparison} from '../../src/model/statement-comparison.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {isPhaseStarted, openStory} from '../support/story.ts';
import type {StoryDatabase} from '../support/story-database.ts';

const CALLS = 12;
const had = await hadServers(() => ({performance_schema: 'ON'}));
const from = had.find(({request}) => request.flavour === 'mysql')?.server;
const to = had.find(({request}) => request.flavour === 'mariadb' && request.version === '11.8')?.server;

/** The row says how long it takes: none on the source, some on the target. */
const work = async (side: StoryDatabase): Promise<void> => {
  for (let id = 1; id <= CALLS; id++)
    await side.run(
      `SELECT id, sleep(pause) FROM letter WHERE id = ${id}`,
      `SELECT code FROM letter WHERE code IN (${id}, ${id + 1}) AND note <> 'planted ${id}'`,
    );
};

test.skipIf(!from || !to)('a statement that is slower on the target is named with both figures; one that is not, is not', async () => {
  if (!from || !to) return;
  const name = `slower-${randomBytes(6).toString('hex')}`;
  await using story = await openStory({
    name,
    tables: [`${name}.*`],
    on: {source: {createDatabase: () => from.createDatabase(name)}, target: {createDatabase: () => to.createDatabase(name)}},
    plan: {
      source: {engine: 'mysql', url: 'env:STORY_SOURCE'},
      target: {engine: 'mariadb', url: 'env:STORY_TARGET'},
      schema: {kind: 'convert'},
    },
  });
  await story.source.run(
    'CREATE TABLE letter (id int PRIMARY KEY, code int NOT NULL, note varchar(50) NOT NULL, pause decimal(5, 3) NOT NULL)',
    'INSERT INTO letter WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 50) SELECT n, n, concat("note ", n), 0 FROM i',
  );
  await work(story.source);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const compared = async (): Promise<StatementComparison> => {
    const {code, output, error} = await story.type('statements', '--json');
    expect(code, error).toBe(0);
    return JSON.parse(output) as StatementComparison;
  };
  expect(await compared(), 'nothing has come yet').toMatchObject({
    ...{compared: 0, slower: []},
    plans: {notCompared: 'mysql plans no statement without its values'},
  });
  await story.target.run('UPDATE letter SET pause = 0.03');
  await work(story.target);
  expect(await compared()).toMatchObject({
    compared: 2,
    unknown: [],
    slower: [
      {
        text: expect.stringMatching(/sleep.*letter/i),
        source: {calls: CALLS, meanMs: expect.any(Number)},
        target: {calls: CALLS, meanMs: expect.any(Number)},
        noPlan: 'MySQL and MariaDB plan no statement without its values',
      },
    ],
  });
  expect((await story.type('statements')).output).toMatch(/1 of 2 statements are slower[^]*target 3\d[\d.]* ms × 12/);
  expect(await story.type('complete', '--confirm', name)).toMatchObject({code: 0});
  expect(await runner.ended, runner.lastWords()).toBe(0);
  expect(JSON.stringify(await story.facts())).not.toContain('planted');
});
