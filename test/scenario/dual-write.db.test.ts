/** Reads first: shadow reads, the shift, the write switch, back, and forward again, with the runner killed in the shift. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {DUAL_ROLE, DUAL_SCHEMA, ENSURE_ROLE, ordersOn, startDualApplication} from '../support/dual-application.ts';
import {openStory, type Story, isPhaseEnded} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {readsFirst} from '../support/reads-first.ts';
import {untilTrue} from '../support/until.ts';

const READS = {
  outbox: 'shop.crossfade_outbox',
  shadow: {percent: 50, equal: 40},
  shift: {steps: [10, 100], answered: 40},
};

const openDual = async (name: string, more: object = {}): Promise<Story> => {
  const plan = {workflow: 'dual-write', schema: {kind: 'catalog'}, reads: READS, applicationRoles: [DUAL_ROLE], canary: 'off', ...more};
  const story = await openStory({name, tables: ['shop.*'], plan});
  await Promise.all([story.source.run(ENSURE_ROLE), story.target.run(ENSURE_ROLE)]);
  await story.source.run(...DUAL_SCHEMA);
  return story;
};

test('reads move before writes, nobody misses an own order, and all of it goes back and forth', async () => {
  await using story = await openDual('dual');
  await using application = startDualApplication(story.source.url, story.target.url, 'dual');
  await readsFirst(story, 'dual', application);
  expect(await ordersOn(story.target)).toEqual(application.acknowledged.map((n, i) => [`${i + 1}`, `${n}`, `${n}`, `${n}`]));
  const ended = (await story.facts()).filter(isPhaseEnded('shift-reads', 'done'));
  expect(ended[0]).toMatchObject({
    evidence: {
      shares: [
        {readPercent: 10, differing: 0, failed: 0},
        {readPercent: 100, differing: 0, failed: 0},
      ],
    },
  });
  expect(ended[1]).toMatchObject({evidence: {kept: 'the target answers reads already'}});
  // The tokens came with the rows.
  expect(Number(await story.target.value('SELECT sum(n) FROM shop.crossfade_outbox'))).toBeGreaterThan(50);
});

test('a read that the target answers otherwise brings all reads back and stops the run; mended, it goes on', async () => {
  await using story = await openDual('dual-halt');
  // As an administrator might: the rows are the same, and what a statement makes of them is not.
  await story.target.run(
    `ALTER ROLE ${DUAL_ROLE} IN DATABASE "${new URL(story.target.url).pathname.slice(1)}" SET TimeZone = 'Pacific/Auckland'`,
  );
  await using application = startDualApplication(story.source.url, story.target.url, 'dual-halt');
  const runner = story.start(['run', story.planFile], {label: 'reads 10 on the source', act: 'wait', file: `${story.folder}/shift`});
  await untilTrue('the share', () => existsSync(`${story.folder}/shift.reached`));
  writeFileSync(`${story.folder}/shift.go`, '');
  const question = `SELECT to_char(timestamptz '2026-01-01 00:00Z', 'HH24:MI') AS hour`;
  let isOver = false;
  const ended = runner.ended.finally(() => (isOver = true));
  while (!isOver) await application.shop.router.read(question);
  expect(await ended).toBe(1);
  expect(runner.lastWords()).toContain('CF-READ-001');
  expect(readFileSync(story.log, 'utf8')).toContain(
    'SELECT to_char(timestamptz ?, ?) AS hour gave 1 rows of (hour) on the source and 1 on the target',
  );
  await untilTrue('the reads are back', () => application.shop.router.state().dual?.readPercent === 0);

  // The application sends it by `query` now.
  const again = story.start(['resume']);
  await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', 'dual-halt');
  expect(await again.ended, again.lastWords()).toBe(0);
  await application.stop();
  expect(application.complaints).toEqual([]);
});

test('a live-migration whose plan has reads goes the same way, and while it waits for its cutover a difference brings all reads back', async () => {
  await using story = await openDual('dual-wait', {
    workflow: 'live-migration',
    gates: {cutover: ['replication-lag', 'checksum-match', 'reads-match']},
    cutover: {start: 'manual', stallBudget: '8s'},
  });
  await using application = startDualApplication(story.source.url, story.target.url, 'dual-wait');
  const {router} = application.shop;
  const runner = story.start(['run', story.planFile]);
  await story.untilFact('green gates', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover');
  expect(router.state().dual?.readPercent).toBe(100);
  // The two servers are of two versions.
  while (router.state().dual?.reads.differing === 0) await router.read('SELECT version()');
  await untilTrue('the reads are back', () => router.state().dual?.readPercent === 0);
  await story.untilFact(
    'the record',
    (fact) => fact.type === 'note' && fact.text.includes('reads have another answer on the target: SELECT version()'),
  );
  expect(runner.isRunning).toBe(true);

  // Without that statement enough of the others are the same, and the gate says so.
  await asked(story, 'cutover', 'dual-wait');
  await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
  await asked(story, 'complete', 'dual-wait');
  expect(await runner.ended, runner.lastWords()).toBe(0);
  await application.stop();
  expect(application.complaints).toEqual([]);
});
