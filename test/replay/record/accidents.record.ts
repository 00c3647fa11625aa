/** Moves that something happened to: given up, failed, and the state lost. */
import {mkdirSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'vitest';
import {writeUnseen} from '../../support/behind-our-back.ts';
import {openLetters} from '../../support/letters.ts';
import {untilTrue} from '../../support/until.ts';
import {atTheGate, cutOver, endsWith, plan, record, SECOND_CHUNK, typed} from './steps.ts';

const ABORTED = 6;

test('given up after a crash', async () => {
  await using story = await openLetters('aborted', {plan});
  await story.killAt(SECOND_CHUNK, ['run', story.planFile]);
  await typed(story, 'abort', '--confirm', 'aborted', '--yes');
  await endsWith(story.start(['resume']), ABORTED);
  await record(story, 'aborted');
});

test('failed, because the target was written by somebody else; mended and moved', async () => {
  const name = 'failed';
  await using story = await openLetters(name, {plan});
  await story.killAt({kind: 'sql.reply', label: 'work: ANALYZE'}, ['run', story.planFile]);
  await story.target.run(triggersOf('DISABLE'), 'UPDATE post.visits SET visits = visits + 1 WHERE person = 1');
  await story.start(['resume']).ended;
  await story.untilFact('the difference', ({type}) => type === 'failed');
  await story.target.run('UPDATE post.visits SET visits = visits - 1 WHERE person = 1', triggersOf('ENABLE ALWAYS'));
  const runner = story.start(['resume']);
  await cutOver(story, name, 1);
  await runner.stop();
  await record(story, name);
});

test('a row that somebody has changed past the log is repaired', async () => {
  const name = 'repaired';
  await using story = await openLetters(name, {plan});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await writeUnseen(story.target, 'UPDATE post.visits SET visits = -1 WHERE person = 7');
  await typed(story, 'verify', '--repair');
  await cutOver(story, name, 1);
  await runner.stop();
  await record(story, name);
});

test('the state is lost at the gate, and adopted', async () => {
  const name = 'adopted';
  await using story = await openLetters(name, {plan});
  const first = story.start(['run', story.planFile]);
  await atTheGate(story);
  await first.kill9();
  renameSync(join(story.folder, 'state'), join(story.folder, 'lost'));
  mkdirSync(join(story.folder, 'state'));
  await typed(story, 'adopt', story.planFile, '--yes');
  const second = story.start(['resume']);
  await cutOver(story, name, 1);
  await typed(story, 'complete', '--confirm', name);
  await endsWith(second, 0);
  await record(story, name);
});

test('slowed, and hung: its runner is ended by a person', async () => {
  const name = 'unlocked';
  await using story = await openLetters(name, {plan});
  story.start(['run', story.planFile]);
  await atTheGate(story);
  for (const words of [['throttle', '50'], ['set', 'load.parallel=2'], ['unthrottle']]) await typed(story, ...words);
  await untilTrue('the pace', async () => (await story.facts()).filter(({type}) => type === 'tuned').length === 3);
  const runner = await story.untilFact('the runner', ({type}) => type === 'runner-started');
  if (runner.type === 'runner-started') process.kill(runner.pid, 'SIGSTOP');
  await typed(story, 'unlock', '--override', 'CF-LEASE-001', '--confirm', name);
  await story.killRunner();
  const second = story.start(['resume']);
  await cutOver(story, name, 1);
  await typed(story, 'complete', '--confirm', name);
  await endsWith(second, 0);
  await record(story, name);
});

/** Crossfade's own: as its owner could, who bypasses the fence. */
const triggersOf = (act: string) => `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'post.visits'::regclass AND tgname LIKE 'crossfade%' LOOP
    EXECUTE format('ALTER TABLE post.visits ${act} TRIGGER %I', name);
  END LOOP;
END $$`;
