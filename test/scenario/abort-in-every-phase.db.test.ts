/** Abort in every phase up to the decision: both sides are left exactly as they were found (I6 of the invariants). */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {checksums, openLetters, POST_DATA, PRE_DATA} from '../support/letters.ts';
import type {At} from '../support/runner-effects.ts';
import {openShopStory} from '../support/shop-story.ts';
import {traces} from '../support/server-traces.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

/** Where the runner dies before somebody asks for the abort; `resume` then finds both. */
const DEATHS: Readonly<Record<string, At>> = {
  'assess: nothing was done yet': {kind: 'journal.write', label: 'step-intent'},
  'prepare-target: half of the schema stands': {kind: 'sql.send', label: 'schema: CREATE TABLE', times: 3},
  'initial-load: the slot stands and is not recorded': {kind: 'sql.reply', label: 'pg_create_logical'},
  'initial-load: some chunks are there': {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2},
  'catch-up: half of the indexes stand': {kind: 'sql.send', label: 'schema: CREATE INDEX'},
  'verify-data': {kind: 'sql.send', label: 'work: ANALYZE', times: 3},
  'cutover: the way back is armed': {kind: 'process.spawn', label: 'watchdog'},
  'cutover: the fence stands': {kind: 'sql.reply', label: 'fence: COMMIT'},
  'cutover: before the decision': {kind: 'sql.send', label: 'work: UPDATE crossfade.fence SET state = $3'},
};

test('an abort after a crash in any phase leaves both sides as they were', {timeout: 600_000}, async () => {
  await using story = await openLetters('abort-crashed');
  await story.target.run('CREATE TABLE public.of_somebody_else (id int PRIMARY KEY)', 'INSERT INTO public.of_somebody_else VALUES (1)');
  const before = await tracesOfBoth(story);
  for (const [where, at] of Object.entries(DEATHS)) {
    await story.killAt(at, ['run', story.planFile]);
    expect(await story.type('abort', '--yes', '--reason', 'the story'), where).toMatchObject({code: 0});
    expect(await story.start(['resume']).ended, where).toBe(6);
    await story.source.run(`UPDATE post.visits SET visits = visits + 1`); // the source serves
    await expectAsBefore(story, before, where);
  }
});

test('an abort while the run waits at a gate leaves both sides as they were, and a second run begins anew', async () => {
  await using story = await openLetters('abort-waiting', {plan: {gates: {cutover: ['approval']}}});
  const before = await tracesOfBoth(story);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await story.type('abort', '--yes', '--reason', 'the story', '--wait')).toMatchObject({code: expect.any(Number)});
  expect(await runner.ended).toBe(6);
  await expectAsBefore(story, before, 'the gates of the cutover');
  story.start(['run', story.planFile]);
  await story.untilFact('the gate again', ({type}) => type === 'gate-verdict');
});

test('an abort in the middle of the copy, which comes to its end first', async () => {
  await using story = await openLetters('abort-copying', {plan: {load: {parallel: 2, chunk: '1KiB'}}});
  const before = await tracesOfBoth(story);
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', story.planFile], {kind: 'copy.end', label: 'copy: COPY', times: 3, act: 'wait', file});
  await untilTrue('the third chunk was read', () => existsSync(`${file}.reached`));
  await story.type('abort', '--yes', '--reason', 'the story');
  writeFileSync(`${file}.go`, '');
  expect(await runner.ended).toBe(6);
  await expectAsBefore(story, before, 'the copy');
});

test('an abort after the way back, whose runner is killed twice while it undoes', {timeout: 600_000}, async () => {
  await using story = await openLetters('abort-reversed', {plan: {cutover: {start: 'manual'}}});
  const before = await tracesOfBoth(story);
  const runner = story.start(['run', story.planFile]);
  const ask = (verb: string) =>
    untilTrue(
      `${verb} is asked for`,
      async () => (await story.type(verb, '--confirm', 'abort-reversed', '--reason', 'the story')).code === 0,
    );
  await story.untilFact('the gates are green', ({type}) => type === 'gates-passed');
  await ask('cutover');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await story.target.run(`INSERT INTO post.visits VALUES ('2040-01-01', 1, 1)`);
  await ask('reverse');
  await untilTrue(
    'the run stands before a second cutover',
    async () => (await story.facts()).filter(isPhaseEnded('verify-data')).length === 2,
  );
  await runner.kill9();
  await story.type('abort', '--yes', '--reason', 'the story');
  await story.killAt({kind: 'sql.reply', label: 'SAVEPOINT object', times: 3});
  await story.killAt({kind: 'journal.write', label: 'phase-ended'});
  expect(await story.start(['resume']).ended).toBe(6);
  expect(await story.source.value(`SELECT count(*) FROM post.visits WHERE day = '2040-01-01'`)).toBe('1');
  await expectAsBefore(story, before, 'after the way back');
});

test('what somebody else built upon the new tables is named and never dropped with them', async () => {
  await using story = await openLetters('abort-dependent', {plan: {gates: {cutover: ['approval']}}});
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.target.run('CREATE VIEW public.of_somebody_else AS SELECT code FROM post.letters');
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await runner.ended).toBe(1);
  expect(await story.untilFact('the refusal', ({type}) => type === 'failed')).toMatchObject({
    code: 'CF-TGT-004',
    error: expect.stringContaining('post.letters'),
  });
  await story.target.run('DROP VIEW public.of_somebody_else');
  expect(await story.start(['resume']).ended).toBe(6);
  expect(await story.target.value(`SELECT to_regnamespace('post')::text`)).toBeNull();
});

test('tables that the target had before stay, and are as empty as they were', async () => {
  await using story = await openLetters('abort-existing', {plan: {schema: {kind: 'existing'}, gates: {cutover: ['approval']}}});
  await story.target.run(PRE_DATA, POST_DATA);
  const before = await tracesOfBoth(story);
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await runner.ended).toBe(6);
  await expectAsBefore(story, before, 'an existing schema');
  expect((await checksums(story.target)).map(([, count]) => count)).toEqual(['0', '0', '0', '0']);
  story.start(['run', story.planFile]);
  await story.untilFact('the gate again', ({type}) => type === 'gate-verdict');
});

test('an abort with the fence up, while the application writes: it goes on and nothing it wrote is lost', async () => {
  await using story = await openShopStory('abort-live', 31);
  await story.killAt({kind: 'sql.reply', label: 'fence: COMMIT'}, ['run', story.planFile]);
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(6);
  const acknowledged = story.acknowledged();
  await untilTrue('the application goes on', () => story.acknowledged() > acknowledged + 20);
  await story.expectNothingLost('source', 0, 'the copy is gone');
  expect(await story.target.value(`SELECT to_regnamespace('shop')::text`)).toBeNull();
});

const tracesOfBoth = async ({source, target}: Story) => ({source: await traces(source), target: await traces(target)});

/** The watchdog of a crashed attempt goes by itself once it sees that it is not needed. */
async function expectAsBefore(story: Story, before: Awaited<ReturnType<typeof tracesOfBoth>>, where: string): Promise<void> {
  await untilTrue(`${where}: the watchdog has left`, async () => (await tracesOfBoth(story)).source['sessions']?.length === 0);
  expect(await tracesOfBoth(story), where).toEqual(before);
}
