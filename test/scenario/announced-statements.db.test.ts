/**
 * `plan` cannot go stale: whatever the servers saw of a run, forward, back, forward and to the end, or aborted, had been
 * announced; and what was announced for certain has happened. So too for a change in place.
 */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {announcedParts, missed, stepsOf} from '../support/announced.ts';
import {expectAnnounced, NOTHING, planned, seenBy, shortOf, unknownSteps, untold} from '../support/announced-story.ts';
import {openChangeStory} from '../support/change-story.ts';
import {SCHEMA as WITH_KEYS} from '../support/key-writer.ts';
import {openLetters} from '../support/letters.ts';
import {BACKFILL, SCHEMA} from '../support/order-writer.ts';
import {loggingServer} from '../support/statement-log.ts';
import type {Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const servers = {source: await loggingServer(17), target: await loggingServer(18)};

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
  await expectAnnounced(story, servers, outline);
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
  await expectAnnounced(story, servers, outline, [
    ...outline.start,
    ...happened.flatMap((phase) => phase.steps),
    ...outline.abort.filter(({name}) => name !== 'undo-cutover'),
  ]);
});

const ADD_COLUMN = {table: 'shop.orders', column: 'channel', type: 'text', backfill: BACKFILL, default: "'web'", notNull: true};

test.each([
  ['a column is added', [{'add-column': ADD_COLUMN}], SCHEMA],
  ['a key is widened', operationsIn('plans/widen-key.yaml'), WITH_KEYS],
])('%s in place, taken back, and again: all of it was announced, and nothing more', {timeout: 600_000}, async (_, operations, schema) => {
  await using story = await openChangeStory(operations, servers.source);
  await story.database.run(...schema, 'ANALYZE');
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

function operationsIn(file: string): readonly unknown[] {
  return (parse(readFileSync(file, 'utf8')) as {readonly operations: readonly unknown[]}).operations;
}

/** The run's own names, and the schema as it was made, although the target has it by now. */
async function expectSqlOfRun(story: Story): Promise<void> {
  const fence = await story.type('sql', 'raise-fence');
  expect(fence.output).toContain(`CREATE TRIGGER "crossfade_${await shortOf(story)}_fence_<attempt>"`);
  expect((await story.type('sql', 'schema-post-data')).output).toMatch(/^-- SHARE on post\.letters .*\n.*\n?CREATE INDEX letters_sender /m);
}
