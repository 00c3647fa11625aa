/**
 * Tables of another shape, and no schema file: the runner is killed in every phase, on both sides of both decisions and in
 * the window between them, while the application writes the old shape on the source and the new one on the target.
 */
import {expect, test} from 'vitest';
import {expectMapped, LOSSY, openMapped, SOURCE} from '../support/mapped-story.ts';
import {MappedWriter} from '../support/mapped-writer.ts';
import type {At} from '../support/runner-effects.ts';
import {isPhaseEnded} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const NAME = 'mapping-killed';
const SEED = 23;
const send = (label: string, times = 1): At => ({kind: 'sql.send', label, times});
const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label, times});
const write = (fact: string, times = 1): At => ({kind: 'journal.write', label: fact, times});

/** In the order in which the migration meets them, but for the first. */
const ON_THE_WAY: readonly At[] = [
  send('schema trial: ALTER TABLE "crm"."customers" ALTER COLUMN'),
  send('INSERT INTO crossfade.schema_text', 2),
  reply('schema: CREATE TABLE', 2),
  {kind: 'copy.end', label: 'copy: COPY', times: 2},
  reply('UPDATE crossfade.chunk SET state'),
  reply('apply forward: UPDATE crossfade.progress', 2),
  send('schema: CREATE INDEX', 2),
  write('phase-started'),
];

const BEFORE_THE_DECISION: readonly At[] = [reply('fence: COMMIT'), send('work: UPDATE crossfade.fence SET state = $3')];

const AFTER_THE_DECISION: readonly At[] = [send(`work: UPDATE crossfade.fence SET state = 'released'`), write('decision')];

test('killed in every phase, forward, back and forward again, and nothing is lost', {timeout: 900_000}, async () => {
  await using story = await openMapped(NAME, {...LOSSY, schema: {kind: 'catalog'}});
  await story.source.run(SOURCE);
  const writer = new MappedWriter(story.source.url, story.target.url, SEED);
  await writer.fill(300);
  await story.source.run('ANALYZE');
  writer.start();
  const goesOn = async (): Promise<void> => {
    const from = writer.writes;
    await untilTrue('the writer goes on', () => writer.writes > from + 60);
  };
  const [first, ...others] = ON_THE_WAY;
  if (!first) throw new Error('no point');
  await story.killAt(first, ['run', story.planFile]);
  for (const at of [...others, ...BEFORE_THE_DECISION, ...AFTER_THE_DECISION]) await story.killAt(at);
  await story.killAt(reply('apply reverse: UPDATE crossfade.progress', 2));
  await goesOn();
  for (const at of [...BEFORE_THE_DECISION, ...AFTER_THE_DECISION]) {
    const runner = story.start(['resume'], {...at, act: 'kill'});
    // An attempt that was taken back leads to the window again, where it has to be asked for again.
    while (runner.isRunning) await Promise.race([runner.ended, story.type('reverse', '--confirm', NAME, '--reason', 'the story')]);
    expect(await runner.ended, `the runner ended before it came to ${at.label}`).toBeNull();
  }
  const last = story.start(['resume']);
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await untilTrue('the target is open again', async () => (await story.facts()).filter(isPhaseEnded('cutover', 'done')).length === 2);
  await goesOn();
  expect((await story.type('verify', '--schema')).output).toMatch(/^equal: \d\d+ objects/m);
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', NAME, '--reason', 'the end')).code === 0);
  expect(await last.ended, last.lastWords()).toBe(0);
  await writer.stop();
  await expectMapped(story, writer);
});
