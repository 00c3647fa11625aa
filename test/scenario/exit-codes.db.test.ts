/** Every exit code there is, from the real command line, and what a process does when it is told to leave. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, test} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {openLetters, POST_DATA} from '../support/letters.ts';
import type {Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

const DONE = 0;
const FAILED = 1;
const USAGE = 2;
const WAITS_FOR_PEOPLE = 3;
const NO_GO = 4;
const HELD = 5;
const CALLED_OFF = 6;
const UNKNOWN = 7;
const INTERRUPTED = 130;
const TERMINATED = 143;

const INDEX = 'CREATE INDEX letters_sender ON post.letters (sender);';
const gates = {cutover: ['schema-match', 'approval']};
const isStarted = (fact: JournalFact): fact is Extract<JournalFact, {type: 'runner-started'}> => fact.type === 'runner-started';

const logOf = ({log}: Story): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');

/** Runners that began so far. */
const runners = async (story: Story): Promise<readonly number[]> =>
  (await story.facts()).flatMap((fact) => (isStarted(fact) ? [fact.pid] : []));

/** The newest runner, once it stands at its gates: it said so, and it has its signal handlers. */
async function standing(story: Story, words: readonly string[]): Promise<{runner: Crossfade; pid: number}> {
  const before = (await runners(story)).length;
  const said = logOf(story).length;
  const runner = story.start(words);
  const pid = await until('a runner more', async () => (await runners(story))[before]);
  await untilTrue('it stands at the gate', () => logOf(story).slice(said).includes('cutover waits: approval'));
  return {runner, pid};
}

test('a run ends with 4 at a gate that stays red, 3 where only people are missing, 130 and 143 when it is told to leave, 6 when aborted', async () => {
  await using story = await openLetters('codes', {plan: {gates}});
  writeFileSync(join(story.folder, 'post.sql'), POST_DATA.replace(INDEX, ''));
  expect((await story.type('validate', story.planFile)).code).toBe(DONE);
  expect((await story.typeElsewhere('status')).code).toBe(FAILED);
  expect((await story.type('run', story.planFile, '--timeout', 'soon')).code).toBe(USAGE);

  const red = await story.type('run', story.planFile, '--timeout', '1s', '--leave', '--yes');
  expect(red).toMatchObject({code: NO_GO, output: expect.stringContaining('still red before cutover after --timeout 1s: schema-match')});
  expect((await story.facts()).some(({type}) => type === 'decision')).toBe(false);

  await story.target.run(INDEX);
  const left = await story.type('resume', '--leave', '--json');
  expect(left.code).toBe(WAITS_FOR_PEOPLE);
  expect(JSON.parse(left.output)).toMatchObject({
    status: 'paused',
    phase: 'cutover',
    reason: 'only people are missing: approval (0 of 1 approvals) before cutover',
    keptLog: {side: 'source', keptBytes: expect.any(Number)},
  });
  expect(left.error).toMatch(/the source keeps its log for this run: .* so far.*nothing limits it but the disk/);

  const {runner, pid} = await standing(story, ['resume']);
  expect((await story.type('run', story.planFile)).code).toBe(HELD);
  const said = logOf(story).length;
  process.kill(pid, 'SIGUSR1');
  await untilTrue('it prints its status', () =>
    /Z copy .*\n.*waiting before cutover for \d+s: approval is red/.test(logOf(story).slice(said)),
  );
  process.kill(pid, 'SIGINT');
  expect(await runner.ended).toBe(INTERRUPTED);
  for (const [signal, code] of [
    ['SIGTERM', TERMINATED],
    ['SIGHUP', INTERRUPTED],
  ] as const) {
    const next = await standing(story, ['resume']);
    process.kill(next.pid, signal);
    expect(await next.runner.ended).toBe(code);
  }
  const last = await standing(story, ['resume']);
  expect((await story.type('abort', '--yes', '--reason', 'enough', '--wait')).code).toBe(DONE);
  expect(await last.runner.ended).toBe(CALLED_OFF);

  const journal = new DatabaseSync(join(story.folder, 'state', 'journal.sqlite'));
  journal.exec(
    `UPDATE entry SET fact = replace(fact, 'initial-load', 'initial-lead') WHERE seq = (SELECT min(seq) FROM entry WHERE fact LIKE '%initial-load%')`,
  );
  journal.close();
  expect((await story.type('events', '--verify', '--offline')).code).toBe(UNKNOWN);
});

test('the second Ctrl-C leaves at once, in the middle of a chunk, and the next runner goes on', async () => {
  await using story = await openLetters('impatient', {plan: {gates: {cutover: ['approval']}}});
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', story.planFile], {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', act: 'wait', file});
  await untilTrue('a chunk is about to be stored', () => existsSync(`${file}.reached`));
  const [pid] = await runners(story);
  if (pid === undefined) throw new Error('no runner has started');
  process.kill(pid, 'SIGINT');
  await untilTrue('it says so', () => logOf(story).includes('SIGINT: stopping at the next safe point; once more leaves at once'));
  process.kill(pid, 'SIGINT');
  expect(await runner.ended).toBe(INTERRUPTED);
  expect((await story.facts()).some(({type}) => type === 'runner-stopped')).toBe(false);
  const next = await story.type('resume', '--leave');
  expect(next.code, next.error).toBe(WAITS_FOR_PEOPLE);
});
