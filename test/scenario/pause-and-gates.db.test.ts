/** A pause is taken between chunks, between transactions, at a gate and in the reverse window; it outlives its runner. While a gate waits the stream applies. */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

const gates = {cutover: ['replication-lag', 'approval']};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');

const pauses = async (story: Story): Promise<readonly string[]> =>
  (await story.facts()).flatMap((fact) => (fact.type === 'paused' ? [fact.where] : []));

const untilPaused = (story: Story, times: number): Promise<string> => until(`pause ${times}`, async () => (await pauses(story))[times - 1]);

const chunksDone = ({target}: Story) => target.value(`SELECT count(*) FROM crossfade.chunk WHERE state = 'done'`);

test('a pause between chunks outlives the runner, and resume goes on with the chunks that are left', async () => {
  await using story = await openLetters('paused', {plan: {gates, load: {parallel: 1, chunk: '1KiB'}}});
  const file = join(story.folder, 'stand');
  story.start(['run', story.planFile], {kind: 'copy.end', label: 'copy: COPY (SELECT "code"', times: 2, act: 'wait', file});
  await untilTrue('a chunk was read', () => existsSync(`${file}.reached`));
  expect(await story.type('pause', '--yes')).toMatchObject({code: 0});
  await story.untilFact('the pause is on record', (fact) => fact.type === 'signal');
  writeFileSync(`${file}.go`, '');
  expect(await untilPaused(story, 1)).toBe('between chunks');
  const done = await chunksDone(story);
  await story.killRunner();
  story.start(['run', story.planFile]);
  await untilPaused(story, 2);
  expect(await chunksDone(story)).toBe(done);
  await story.source.run('UPDATE post.visits SET visits = visits + 1');
  expect(await story.type('resume')).toMatchObject({code: 0, output: expect.stringContaining('goes on')});
  await atTheGate(story);
  expect(await chunksDone(story)).toBe(await story.target.value('SELECT count(*) FROM crossfade.chunk'));
});

test('a pause while the stream is catching up is taken between two transactions', async () => {
  await using story = await openLetters('pause-stream', {plan: {gates}});
  const file = join(story.folder, 'stand');
  story.start(['run', story.planFile], {kind: 'sql.send', label: 'apply forward: UPDATE crossfade.progress', act: 'wait', file});
  await untilTrue('the first commit of the stream', () => existsSync(`${file}.reached`));
  await story.type('pause', '--yes');
  expect(await untilPaused(story, 1)).toBe('between transactions');
  writeFileSync(`${file}.go`, '');
  await story.source.run('UPDATE post.visits SET visits = visits + 1');
  await story.type('resume');
  await atTheGate(story);
  await untilTrue('both sides hold the same', async () => {
    const {source, target} = await bothChecksums(story);
    return JSON.stringify(source) === JSON.stringify(target);
  });
});

test('while a gate waits the stream applies; a pause there and in the reverse window holds it, and nothing is lost', async () => {
  await using story = await openLetters('gates', {plan: {gates}});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await story.source.run(`INSERT INTO post.visits VALUES ('2031-01-01', 1, 1)`);
  await untilTrue(
    'the stream applies',
    async () => (await story.target.value(`SELECT count(*) FROM post.visits WHERE day = '2031-01-01'`)) === '1',
  );
  await story.type('pause', '--yes');
  expect(await untilPaused(story, 1)).toBe('at the gates of cutover');
  await story.source.run(
    `INSERT INTO post.visits VALUES ('2031-01-02', 1, 1)`,
    `UPDATE post.letters SET subject = 'while paused' WHERE sender = 3`,
  );
  await story.killRunner();
  expect(await runner.ended).toBeNull();
  story.start(['resume']);
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await story.type('pause', '--yes');
  expect(await untilPaused(story, 2)).toBe('in reverse-window');
  await story.target.run(`INSERT INTO post.visits VALUES ('2031-01-03', 1, 1)`);
  await story.type('resume');
  await untilTrue(
    'the way back carries it',
    async () => (await story.source.value(`SELECT count(*) FROM post.visits WHERE day >= '2031-01-01'`)) === '3',
  );
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});
