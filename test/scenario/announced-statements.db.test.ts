/**
 * `plan` cannot go stale: whatever the servers saw of a run, forward, back, forward and to the end, or aborted, had been
 * announced; and what was announced for certain has happened. So too for a change in place.
 */
import {expect, test} from 'vitest';
import type {Outline} from '../../src/cli/outline.ts';
import {announcedParts, isAnnounced, isWorthTelling, missed, type Part, partsOf, stepsOf} from '../support/announced.ts';
import {openChangeStory} from '../support/change-story.ts';
import {openLetters} from '../support/letters.ts';
import {BACKFILL, SCHEMA} from '../support/order-writer.ts';
import type {PostgresServer} from '../support/servers.ts';
import {loggingServer, statementsSeen, untilWritten} from '../support/statement-log.ts';
import type {Story} from '../support/story.ts';
import type {StoryDatabase} from '../support/story-database.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const servers = {source: await loggingServer(17), target: await loggingServer(18)};
const NOTHING = {untold: [], missed: []};
const SIDES = ['source', 'target'] as const;

test('forward, back, forward and complete: all of it was announced, and nothing more', {timeout: 600_000}, async () => {
  await using story = await openLetters('announced', {
    on: servers,
    plan: {schema: {kind: 'catalog'}, load: {parallel: 2, chunk: '64KiB'}, reverse: {window: '0s'}},
  });
  const outline = await planned(story);
  await thereAndBack(story, 'announced', story.planFile, async (side) => {
    if (side === 'target') await expectSqlOfRun(story);
    await story[side].run(`UPDATE post.visits SET visits = visits + 1`, `DELETE FROM post.stamps WHERE letter = 'L000001'`);
  });
  const steps = [...outline.start, ...outline.phases.flatMap((phase) => phase.steps)];
  for (const side of SIDES) {
    const seen = await seenBy(servers[side], story[side], await shortOf(story));
    expect({untold: await untold(seen, outline, side), missed: missed(await announcedParts(steps, side), seen)}, side).toEqual(NOTHING);
  }
  expect(await unknownSteps(story, outline)).toEqual([]);
});

test('an abort before the cutover: all of it was announced, and every undo has happened', {timeout: 600_000}, async () => {
  await using story = await openLetters('announced-abort', {on: servers, plan: {gates: {cutover: ['approval']}}});
  const outline = await planned(story);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await runner.ended).toBe(6);
  const happened = outline.phases.slice(
    0,
    outline.phases.findIndex(({phase}) => phase === 'cutover'),
  );
  for (const side of SIDES) {
    const seen = await seenBy(servers[side], story[side], await shortOf(story));
    const steps = [
      ...outline.start,
      ...happened.flatMap((phase) => phase.steps),
      ...outline.abort.filter(({name}) => name !== 'undo-cutover'),
    ];
    expect({untold: await untold(seen, outline, side), missed: missed(await announcedParts(steps, side), seen)}, side).toEqual(NOTHING);
  }
});

test('a column is added in place, taken back, and added again: all of it was announced, and nothing more', {timeout: 600_000}, async () => {
  const operation = {table: 'shop.orders', column: 'channel', type: 'text', backfill: BACKFILL, default: "'web'", notNull: true};
  await using story = await openChangeStory([{'add-column': operation}], servers.source);
  await story.database.run(...SCHEMA, 'ANALYZE');
  const outline = await planned(story);
  const waits = () => untilTrue('the approval is asked for', async () => (await story.facts()).at(-1)?.type === 'gate-verdict');
  const aborted = story.start(['run', story.planFile]);
  await waits();
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await aborted.ended).toBe(6);
  const abandoned = await shortOf(story);
  const runner = story.start(['run', story.planFile]);
  await waits();
  await story.type('approve', 'approval', '--yes', '--reason', 'the story');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  const seen = [
    ...(await seenBy(servers.source, story.database, abandoned)),
    ...(await seenBy(servers.source, story.database, await shortOf(story))),
  ];
  const announced = await announcedParts(stepsOf(outline), 'source');
  expect({untold: await untold(seen, outline, 'source'), missed: missed(announced, seen)}).toEqual(NOTHING);
  expect(await unknownSteps(story, outline)).toEqual([]);
});

/** The run's own names, and the schema as it was made, although the target has it by now. */
async function expectSqlOfRun(story: Story): Promise<void> {
  const fence = await story.type('sql', 'raise-fence');
  expect(fence.output).toContain(`CREATE TRIGGER "crossfade_${await shortOf(story)}_fence_<attempt>"`);
  expect((await story.type('sql', 'schema-post-data')).output).toMatch(/^-- SHARE on post\.letters .*\n.*\n?CREATE INDEX letters_sender /m);
}

type Told = Pick<Story, 'type' | 'planFile' | 'facts'>;

const planned = async ({type, planFile}: Pick<Told, 'type' | 'planFile'>): Promise<Outline> => {
  const {output, error, code} = await type('plan', planFile, '--json');
  expect(code, output + error).toBe(0);
  return JSON.parse(output) as Outline;
};

/** As the run's objects and sessions are named. */
const shortOf = async (story: Pick<Told, 'type'>): Promise<string> => {
  const {id} = JSON.parse((await story.type('status', '--json')).output) as {id: string};
  return id.replaceAll('-', '').slice(0, 8);
};

/** What is worth telling, of one run. */
async function seenBy(server: PostgresServer, {run, value}: StoryDatabase, short: string): Promise<Part[]> {
  const mark = `the narrator looks at ${short}`;
  await run(`SELECT '${mark}'`);
  await untilWritten(server, mark);
  const database = (await value('SELECT current_database()')) ?? '';
  const parts: Part[] = [];
  for (const {application, sql} of statementsSeen(server, database))
    if (application.startsWith(`crossfade ${short} `)) parts.push(...(await partsOf(sql)));
  expect(parts.length).toBeGreaterThan(50);
  return parts;
}

const untold = async (seen: readonly Part[], outline: Outline, side: 'source' | 'target'): Promise<string[]> => {
  const announced = await announcedParts(stepsOf(outline), side);
  return [
    ...new Set(seen.filter((part) => isWorthTelling(part) && !isAnnounced(part, announced)).map(({kind, text}) => `${kind}: ${text}`)),
  ];
};

/** Steps of the journal that nobody was told of. */
const unknownSteps = async ({facts}: Pick<Told, 'facts'>, outline: Outline): Promise<string[]> => {
  const names = new Set(stepsOf(outline).map(({name}) => name));
  return [...new Set((await facts()).flatMap((fact) => (fact.type === 'step-intent' && !names.has(fact.step) ? [fact.step] : [])))];
};
