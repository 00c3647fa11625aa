/** Two people, or one person twice: one plan has one runner, wherever it is started from; two plans do not disturb each other. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fallAsleep} from '../support/asleep.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {expectRefused, isPhaseStarted, type Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

const USAGE = 2;
const HELD = 5;
const FAILED = 1;
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');

test('a second run of a plan is refused and names the holder, from another state folder too (H-96)', async () => {
  await using story = await openLetters('twice', {plan: {gates: {cutover: ['approval']}}});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  const holder = `pid ${String(((await story.untilFact('the runner', ({type}) => type === 'runner-started')) as {pid: number}).pid)}`;
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-LEASE-001', HELD, holder);
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-LEASE-001', HELD, holder);
  expectRefused(await story.typeElsewhere('run', story.planFile, '--json', '--yes'), 'CF-LEASE-001', HELD, holder);
  expect(runner.isRunning).toBe(true);
  await runner.kill9();
  expectRefused(await story.typeElsewhere('run', story.planFile, '--json', '--yes'), 'CF-STATE-001', FAILED, 'state folder');
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  story.start(['resume']);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
});

test('a plan that was edited in the middle of its run is refused with the difference; restored, the run goes on', async () => {
  await using story = await openLetters('edited', {plan: {gates: {cutover: ['approval']}}});
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state'}, ['run', story.planFile]);
  const pinned = readFileSync(story.planFile, 'utf8');
  story.writePlan('plan.yaml', {load: {parallel: 2}});
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-PLAN-002', USAGE, 'parallel');
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-PLAN-002', USAGE, 'parallel');
  writeFileSync(story.planFile, pinned);
  story.start(['run', story.planFile]);
  await atTheGate(story);
});

const ATTIC = 'CREATE SCHEMA attic; CREATE TABLE attic.boxes (id int PRIMARY KEY, what text NOT NULL);';

test('two migrations between the same two databases at the same time', async () => {
  await using story = await openLetters('both-letters');
  await story.source.run(ATTIC, `INSERT INTO attic.boxes SELECT i, md5(i::text) FROM generate_series(1, 500) i`);
  writeFileSync(join(story.folder, 'attic.sql'), ATTIC);
  writeFileSync(join(story.folder, 'nothing.sql'), '');
  const attic = story.writePlan('attic.yaml', {
    name: 'both-attic',
    scope: {tables: ['attic.*']},
    schema: {kind: 'files', preData: 'attic.sql', postData: 'nothing.sql'},
  });
  const runners = [story.start(['run', story.planFile]), story.start(['run', attic])];
  for (const name of ['both-letters', 'both-attic']) await untilOpenOnTarget(story, name);
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
  expect(await story.target.value('SELECT count(*) FROM attic.boxes')).toBe('500');
  for (const name of ['both-letters', 'both-attic']) {
    await untilTrue(
      `${name} is complete`,
      async () => (await story.type('complete', '--run', name, '--confirm', name, '--reason', 'the end')).code === 0,
    );
  }
  expect(await Promise.all(runners.map((runner) => runner.ended))).toEqual([0, 0]);
  expect(await story.source.value(`SELECT count(*) FROM pg_replication_slots WHERE database = current_database()`)).toBe('0');
});

const untilOpenOnTarget = (story: Story, name: string) =>
  until(`${name} is cut over`, async () => {
    const {code, output} = await story.type('status', '--run', name, '--json');
    return code === 0 && (JSON.parse(output) as {phase?: string}).phase === 'reverse-window' ? true : undefined;
  });

/** It lost its lease while it could not look: the server ended its sessions, and a colleague has resumed the run since. */
test('a runner that was asleep for too long finds itself replaced and changes nothing any more (H-96, K1-K3)', async () => {
  await using story = await openLetters('zombie', {plan: {gates: {cutover: ['approval']}}});
  const sleeper = story.start(['run', story.planFile]);
  await atTheGate(story);
  const [first] = (await story.facts()).flatMap((fact) => (fact.type === 'runner-started' ? [fact.pid] : []));
  if (first === undefined) throw new Error('no runner has started');
  await fallAsleep(story, first);
  const successor = story.start(['resume']);
  await untilTrue(
    'a second runner is at work',
    async () => (await story.facts()).filter(({type}) => type === 'runner-started').length === 2,
  );
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
  process.kill(first, 'SIGCONT');
  expect(await sleeper.ended).not.toBe(0);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  expect(successor.isRunning).toBe(true);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});
