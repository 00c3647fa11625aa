/** An operator steers a run at its socket: what is set counts in the copy that is under way, and in the next one after a kill. */
import {existsSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {askSocket} from '../support/control-client.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

const COPY = {kind: 'copy.end', label: 'copy: COPY (SELECT'} as const;
const chunks = ({target}: Story, state: string) => target.value(`SELECT count(*) FROM crossfade.chunk WHERE state = '${state}'`);

/** A runner that stands where it has read its `times`-th chunk, and the socket at which it listens. */
async function standingAt(story: Story, words: readonly string[], times: number) {
  const file = join(story.folder, `stand-${times}-${words[0]}`);
  const runner = story.start(words, {...COPY, times, act: 'wait', file});
  await untilTrue('a chunk was read', () => existsSync(`${file}.reached`));
  const socket = await until('the socket is told', async () => {
    const {control} = JSON.parse((await story.type('status', '--json')).output) as {control: string | null};
    return control ?? undefined;
  });
  return {runner, socket, go: () => writeFileSync(`${file}.go`, '')};
}

const tuned = (story: Story, chunkBytes: number) =>
  story.untilFact(`chunks of ${chunkBytes}`, (fact) => fact.type === 'tuned' && fact.tuning.chunkBytes === chunkBytes);

test('chunks get larger and smaller in the middle of a copy, by the socket; a kill loses neither', async () => {
  await using story = await openLetters('steered', {
    plan: {gates: {cutover: ['replication-lag', 'approval']}, load: {parallel: 1, chunk: '1KiB'}},
  });
  const first = await standingAt(story, ['run', story.planFile], 1);
  expect(statSync(first.socket).mode & 0o777).toBe(0o600);
  const planned = Number(await chunks(story, 'open'));
  expect(await askSocket(first.socket, 'set chunk=1GiB # fewer commits\n')).toContain('set is recorded');
  await tuned(story, 1024 ** 3);
  await story.killRunner();
  expect(existsSync(first.socket)).toBe(true); // a kill leaves its file behind

  const second = await standingAt(story, ['resume'], 1);
  expect(second.socket).toBe(first.socket);
  const larger = Number(await chunks(story, 'open'));
  expect(larger).toBeLessThan(planned); // one for each table
  const answer = await askSocket(second.socket, 'gates\nset chunk=lots\nset chunk=1KiB # locks\npause\nhelp\nabort\n');
  expect(answer).toMatch(/no gate has been asked before initial-load\n\n/);
  expect(answer).toMatch(/load.chunk cannot be lots[^]*give a size such as 8MiB, 1KiB to 4GiB/);
  expect(answer).toContain('there is no abort here');
  await tuned(story, 1024);
  second.go();
  await story.untilFact('a pause', ({type}) => type === 'paused');
  expect(await askSocket(second.socket, 'resume # looked\n')).toBe('resume is recorded\n\n');
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(Number(await chunks(story, 'done'))).toBeGreaterThan(larger);
  expect(await chunks(story, 'open')).toBe('0');
  expect(await askSocket(second.socket, 'status --json\n')).toMatch(/^\{"schemaVersion":1,.*"chunkBytes":1024/);
  const asked = (await story.facts()).flatMap((fact) => (fact.type === 'signal' ? [[fact.signal.type, fact.reason]] : []));
  expect(asked).toEqual([
    ['set', 'fewer commits'],
    ['set', 'locks'],
    ['pause', undefined],
    ['resume', 'looked'],
  ]);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
  await second.runner.stop();
  expect(existsSync(second.socket)).toBe(false);
});

test('a throttle of the plan holds the copy, with its number, until an operator moves its limit; the stream goes on', async () => {
  await using story = await openLetters('measured', {
    plan: {
      gates: {cutover: ['replication-lag', 'approval']},
      load: {parallel: 1, chunk: '1KiB'},
      throttle: [{sql: {query: 'SELECT 12', max: 10, name: 'the queue'}}, {'connection-load': {max: '100%'}}],
    },
  });
  story.start(['run', story.planFile]);
  const status = async () => JSON.parse((await story.type('status', '--json')).output) as Record<string, unknown>;
  await until('the throttle is told', async () => {
    const told = await status();
    return told['phase'] === 'initial-load' && String(told['cause']).includes('throttle sql') ? told : undefined;
  });
  const told = await status();
  expect(told).toMatchObject({
    cause: expect.stringContaining('copying and comparing wait for the throttle sql: the queue 12 > 10'),
    owner: 'whoever uses the source; it is measured again each second',
    next: [{command: 'crossfade set throttle.sql=20 --reason TEXT'}],
  });
  expect((await story.type('status')).output).toMatch(/\| throttled: sql the queue 12 > 10\n/);
  expect(await chunks(story, 'done')).toBe('0');
  expect(await story.type('set', 'throttle.sql=20', '--reason', 'the queue is fine', '--wait')).toMatchObject({
    code: 0,
    output: 'in force: not throttled, throttle.sql 20\n',
  });
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await chunks(story, 'open')).toBe('0');
  await story.killRunner();
  const {tuning} = await status();
  expect(tuning).toMatchObject({limits: {sql: 20}});
});
