/** An operator slows a run down, changes its mind, and the next runner knows it too. The stream never waits for a throttle. */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

const gates = {cutover: ['replication-lag', 'approval']};
const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');
const chunksDone = ({target}: Story) => target.value(`SELECT count(*) FROM crossfade.chunk WHERE state = 'done'`);
const statusOf = async (story: Story) => JSON.parse((await story.type('status', '--json')).output) as Record<string, unknown>;

const untilTimes = (story: Story, what: string, times: number, isIt: (fact: JournalFact) => boolean) =>
  until(`${what}, ${times} times`, async () => (await story.facts()).filter(isIt)[times - 1]);
const isIntent = (step: string) => (fact: JournalFact) => fact.type === 'step-intent' && fact.step === step;

test('a copy that is throttled stands still, can be paused, and is still throttled after a kill; unthrottled it goes on', async () => {
  await using story = await openLetters('slow', {plan: {gates, load: {parallel: 1, chunk: '1KiB'}}});
  const file = join(story.folder, 'stand');
  story.start(['run', story.planFile], {kind: 'copy.end', label: 'copy: COPY (SELECT "code"', times: 2, act: 'wait', file});
  await untilTrue('a chunk was read', () => existsSync(`${file}.reached`));
  expect(await story.type('throttle', '--reason', 'the sale', '--wait')).toMatchObject({
    code: 0,
    output: 'in force: copy 100%, verify 100%\n',
  });
  writeFileSync(`${file}.go`, '');
  // Only a safe point answers a pause, so the chunk that was under way is done by then.
  expect(await story.type('pause', '--wait')).toMatchObject({code: 0, output: 'paused between chunks\n'});
  const done = await chunksDone(story);
  await story.killRunner();
  story.start(['resume']);
  await untilTimes(story, 'the copy is taken up again', 2, isIntent('copy-chunks'));
  expect(await story.type('pause', '--wait')).toMatchObject({code: 0, output: 'paused between chunks\n'});
  expect(await chunksDone(story)).toBe(done);
  const {tuning} = await statusOf(story);
  expect(tuning).toMatchObject({throttle: {copy: 100, verify: 100}, parallel: null, throttledBy: {reason: 'the sale'}});
  expect((await story.type('status')).output).toMatch(/\| throttled: copy 100%, verify 100% by .*: the sale\n/);
  await story.type('resume');
  expect(await story.type('set', 'load.parallel=3', '--wait')).toMatchObject({code: 0, output: expect.stringContaining('load.parallel 3')});
  expect(await story.type('unthrottle', '--wait')).toMatchObject({code: 0, output: 'in force: not throttled, load.parallel 3\n'});
  await atTheGate(story);
  expect(await chunksDone(story)).toBe(await story.target.value('SELECT count(*) FROM crossfade.chunk'));
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('while comparing is throttled to nothing the stream goes on', async () => {
  await using story = await openLetters('slow-compare', {plan: {gates}});
  const file = join(story.folder, 'stand');
  const runner = story.start(['run', story.planFile], {kind: 'copy.end', label: 'copy: COPY (SELECT "code"', times: 2, act: 'wait', file});
  await untilTrue('a chunk was read', () => existsSync(`${file}.reached`));
  expect((await story.type('set', 'throttle.verify=100', '--wait')).code).toBe(0);
  writeFileSync(`${file}.go`, '');
  await story.untilFact('the comparison is begun', isIntent('compare'));
  await story.source.run(`INSERT INTO post.visits VALUES ('2031-01-01', 1, 1)`);
  await untilTrue(
    'the stream applies',
    async () => (await story.target.value(`SELECT count(*) FROM post.visits WHERE day = '2031-01-01'`)) === '1',
  );
  expect((await statusOf(story))['phase'], story.folder).toBe('verify-data');
  expect((await story.facts()).some((fact) => fact.type === 'step-outcome' && fact.step === 'compare')).toBe(false);
  await story.type('unthrottle');
  await atTheGate(story);
  expect(runner.isRunning).toBe(true);
});

test('plan lists the throttles with their limits', async () => {
  await using story = await openLetters('listed', {plan: {gates, throttle: [{'connection-load': {max: '70%'}}]}});
  const limits = 'more than 70% of the connections of either server are in use';
  expect((await story.type('plan', story.planFile, '-q')).output).toContain(`\nthrottle connection-load: work waits while ${limits}\n`);
  expect(JSON.parse((await story.type('plan', story.planFile, '--json')).output)).toMatchObject({
    throttles: [{name: 'connection-load', limits, settings: {max: 70}}],
  });
});
