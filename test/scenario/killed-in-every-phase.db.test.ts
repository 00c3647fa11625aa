/**
 * The runner is killed with SIGKILL in every phase and at every step of both cutovers, and resumed each time, while the
 * application writes. Nothing is told to the dead runner's successor but what the journal and the databases say.
 */
import {expect, test} from 'vitest';
import type {At} from '../support/runner-effects.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseEnded} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const send = (label: string, times = 1): At => ({kind: 'sql.send', label, times});
const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label, times});
const write = (fact: string, times = 1): At => ({kind: 'journal.write', label: fact, times});

/** In the order in which a migration meets them. */
const UP_TO_THE_CUTOVER: readonly At[] = [
  reply('CREATE SCHEMA IF NOT EXISTS crossfade'),
  reply('schema: CREATE TABLE', 2),
  send('work: INSERT INTO crossfade.fence (migration, epoch, state) VALUES'),
  reply('stream setup: CREATE PUBLICATION'),
  reply('stream setup: SELECT lsn::text AS lsn FROM pg_create_logical'),
  reply('work: INSERT INTO crossfade.chunk'),
  {kind: 'copy.end', label: 'copy: COPY', times: 3},
  reply('UPDATE crossfade.chunk SET state', 2),
  reply('apply forward: UPDATE crossfade.progress'),
  send('schema: CREATE INDEX', 2),
  reply('work: ANALYZE', 2),
  write('phase-started'),
];

const BEFORE_THE_DECISION: readonly At[] = [
  {kind: 'process.spawn', label: 'watchdog'},
  {kind: 'admin.command', label: 'router hold'},
  reply('fence: CREATE TRIGGER'),
  reply('fence: COMMIT'),
  reply('work: SELECT setval'),
  send('work: UPDATE crossfade.fence SET state = $3'),
];

const AFTER_THE_DECISION: readonly At[] = [
  send(`work: UPDATE crossfade.fence SET state = 'released'`),
  {kind: 'admin.command', label: 'router route'},
  write('decision'),
];

test('killed in every phase, forward and back, and nothing is lost (K1-K3)', {timeout: 900_000}, async () => {
  await using story = await openShopStory('killed', 11);
  const [first, ...others] = UP_TO_THE_CUTOVER;
  if (!first) throw new Error('no point');
  await story.killAt(first, ['run', story.planFile]);
  for (const at of [...others, ...BEFORE_THE_DECISION, ...AFTER_THE_DECISION]) await story.killAt(at);
  await backAndEnd(story);
  await story.expectNothingLost('target', 3);
  expect((await story.facts()).filter(({type}) => type === 'runner-started').length).toBeGreaterThan(20);
});

/** The way back is walked with kills as well, and the second way forth without. */
async function backAndEnd(story: ShopStory): Promise<void> {
  for (const at of [...BEFORE_THE_DECISION, ...AFTER_THE_DECISION]) {
    const runner = story.start(['resume'], {...at, act: 'kill'});
    // An attempt that was taken back leads to the window again, where it has to be asked for again.
    while (runner.isRunning) await Promise.race([runner.ended, story.type('reverse', '--confirm', 'killed', '--reason', 'the story')]);
    expect(await runner.ended, `the runner ended before it came to ${at.label}`).toBeNull();
  }
  const dying = story.start(['resume'], {...write('step-outcome decommission/finish'), act: 'kill'});
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await untilTrue('the target is open again', async () => (await story.facts()).filter(isPhaseEnded('cutover', 'done')).length === 2);
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', 'killed', '--reason', 'the end')).code === 0);
  expect(await dying.ended).toBeNull();
  // Both sides know that it is over, and the journal does not.
  const last = story.start(['resume']);
  expect(await last.ended, last.lastWords()).toBe(0);
}
