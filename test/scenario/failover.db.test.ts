/**
 * The automation of the clusters is told to wait for as long as an attempt lasts, and goes on in the end whoever died;
 * where another server is primary than planned nothing is opened.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {type Automation, automation} from '../support/failover-automation.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const SECRET = 'only-for-patroni';
const UNKNOWN = 7;
const FAILED = 1;

async function openWorld(
  name: string,
  plan: Readonly<Record<string, unknown>> = {},
): Promise<{story: Story; clusters: Automation; plan: string}> {
  const story = await openLetters(name);
  const place = (side: 'source' | 'target'): string => new URL(story[side].url).host;
  const clusters = automation(
    story.folder,
    {source: place('source'), target: place('target')},
    {reference: story.secret(SECRET), value: SECRET},
  );
  return {story, clusters, plan: story.writePlan('failover.yaml', {failover: clusters.section, ...plan})};
}

const isPaused = ({isPaused: ask}: Automation): boolean => ask('source') || ask('target');
/** Whoever paused it, it was resumed before it was paused again; by the watchdog and by the runner is once too often, and no harm. */
const ROUNDS = /^(pause( resume)+ ?){3,}$/;
const toldTo = (clusters: Automation, side: string): string =>
  clusters
    .told()
    .filter((line) => line.endsWith(` ${side}`))
    .map((line) => line.split(' ')[0])
    .join(' ');
const didStep = (step: string) => (fact: JournalFact) => fact.type === 'step-outcome' && fact.step === step;
const status = async (story: Story): Promise<{cause: string; failoverPaused: unknown}> =>
  // The document's form is an interface.
  JSON.parse((await story.type('status', '--json')).output) as {cause: string; failoverPaused: unknown};
const inTheWindow = (story: Story) => story.untilFact('the window', isPhaseStarted('reverse-window'));

/** Makes the runner stand at a point until `act` is done. */
async function standAt(story: Story, label: string, words: readonly string[], act: () => void) {
  const file = join(story.folder, `stand at ${label.replaceAll(/\W/g, '')}`);
  const runner = story.start(words, {kind: 'sql.reply', label, act: 'wait', file});
  await untilTrue(`the runner stands at ${label}`, () => existsSync(`${file}.reached`));
  act();
  writeFileSync(`${file}.go`, '');
  return runner;
}

test('forward, back and forward: paused before each hold, resumed after each switch', async () => {
  const {story, clusters, plan} = await openWorld('failover');
  await using _ = story;
  const seen = await story.type('plan', plan, '-q');
  expect(seen.output).toContain('pause-failover: tell the automation of both clusters');
  expect(seen.output).not.toContain('CF-FAILOVER-003');
  expect((await story.type('plan', story.planFile, '-q')).output).toContain(
    'info CF-FAILOVER-003 failover: nobody tells the automation of the clusters',
  );
  await thereAndBack(story, 'failover', plan, async () => untilTrue('it goes on', () => !isPaused(clusters)).then(() => undefined));
  for (const side of ['source', 'target']) expect(toldTo(clusters, side)).toMatch(ROUNDS);
  const steps = (await story.facts()).flatMap((fact) => (fact.type === 'step-intent' ? [fact.step] : []));
  expect(steps.indexOf('pause-failover')).toBeLessThan(steps.indexOf('hold'));
  expect(steps.indexOf('resume-failover')).toBeGreaterThan(steps.indexOf('route'));
  expect(isPaused(clusters)).toBe(false);
  expect(JSON.stringify(await story.facts())).not.toContain(SECRET);
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('killed in the hold: the watchdog resumes it; with the watchdog gone as well status and doctor say so, and the next runner resumes it', async () => {
  const {story, clusters, plan} = await openWorld('failover-killed', {cutover: {start: 'auto', stallBudget: '3s'}});
  await using _ = story;
  await story.killAt({kind: 'sql.reply', label: 'fence: COMMIT'}, ['run', plan]);
  expect(isPaused(clusters)).toBe(true);
  await untilTrue('the watchdog resumes it', () => !isPaused(clusters));

  await story.killAt({kind: 'admin.command', label: 'router hold'});
  const watchdog = (await story.facts()).findLast(didStep('start-watchdog'));
  process.kill((watchdog?.type === 'step-outcome' && (watchdog.evidence as {pid: number}).pid) || 0, 'SIGKILL');
  expect(isPaused(clusters)).toBe(true);
  expect(await status(story)).toMatchObject({
    cause: expect.stringMatching(/is gone in cutover.*; the failover automation was paused .* ago and may still be/),
    failoverPaused: {phase: 'cutover'},
  });
  expect((await story.type('doctor', plan)).output).toMatch(
    /warn CF-FAILOVER-001 failover: the automation of the source and of the target is paused/,
  );

  await story.killAt({kind: 'sql.send', label: `work: UPDATE crossfade.fence SET state = 'released'`});
  expect(isPaused(clusters)).toBe(true);
  story.start(['resume']);
  await inTheWindow(story);
  expect(isPaused(clusters)).toBe(false);
  expect((await status(story)).failoverPaused).toBeNull();
  for (const side of ['source', 'target']) expect(toldTo(clusters, side)).toMatch(ROUNDS);
});

test('one that cannot be paused calls the attempt off, nothing held; one that cannot be resumed is told and tried again', async () => {
  const {story, clusters, plan} = await openWorld('failover-refuses');
  await using _ = story;
  clusters.fail('pause', true);
  story.start(['run', plan]);
  await story.untilFact('it is called off', isPhaseEnded('cutover', 'back'));
  const called = await story.facts();
  expect(called).toContainEqual(expect.objectContaining({type: 'step-failed', step: 'pause-failover', code: 'CF-FAILOVER-001'}));
  expect(called.find((fact) => fact.type === 'step-failed' && fact.step === 'pause-failover')).toMatchObject({
    error: expect.stringContaining('exit code 5: the automation refuses ***'),
  });
  expect(called.filter((fact) => fact.type === 'step-intent' && ['hold', 'raise-fence'].includes(fact.step))).toEqual([]);

  clusters.fail('resume', true);
  clusters.fail('pause', false);
  await untilTrue('status says so', async () => (await status(story)).cause.includes('the failover automation is still paused'));
  clusters.fail('resume', false);
  await inTheWindow(story);
  expect(isPaused(clusters)).toBe(false);
});

test('another server is primary: before the decision the attempt is taken back, after it nothing is opened', async () => {
  const {story, clusters, plan} = await openWorld('failover-moved', {cutover: {start: 'auto', stallBudget: '5s'}});
  await using _ = story;
  clusters.promote('target', 'elsewhere:5432');
  const first = story.start(['run', plan]);
  expect(await first.ended).toBe(FAILED);
  expect((await story.facts()).findLast(({type}) => type === 'failed')).toMatchObject({
    code: 'CF-FAILOVER-002',
    error: expect.stringContaining(`primary of the target is elsewhere:5432, planned is ${new URL(story.target.url).host}`),
  });
  expect((await story.facts()).some((fact) => fact.type === 'step-intent' && fact.step === 'hold')).toBe(false);
  expect(isPaused(clusters)).toBe(false);
  expect((await story.type('doctor', plan)).output).toContain('REFUSED CF-FAILOVER-002 failover: another server is primary than planned');
  clusters.promote('target');

  const second = await standAt(story, 'fence: COMMIT', ['resume'], () => clusters.promote('source', 'elsewhere:5432'));
  expect(await second.ended).toBe(FAILED);
  expect(isPaused(clusters)).toBe(false);
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`);
  clusters.promote('source');
  expect((await story.facts()).some(({type}) => type === 'decision')).toBe(false);

  const committed = 'work: UPDATE crossfade.fence SET state = $3';
  const third = await standAt(story, committed, ['resume'], () => clusters.promote('target', 'elsewhere:5432'));
  expect(await third.ended).toBe(UNKNOWN);
  expect(await story.type('status')).toMatchObject({output: expect.stringMatching(/which server takes writes.*may still be/)});
  // No runner is at work: whoever asks now is the watchdog, at the fence's deadline. It opens nothing either, nor does a successor.
  const asked = clusters.asked();
  await untilTrue('the watchdog asks', () => clusters.asked() >= asked + 2);
  await expect(story.target.run(`UPDATE post.visits SET visits = visits + 1`)).rejects.toThrow(/closed on this side/);
  expect(await story.start(['resume']).ended).toBe(UNKNOWN);
  await expect(story.target.run(`UPDATE post.visits SET visits = visits + 1`)).rejects.toThrow(/closed on this side/);
  clusters.promote('target');
  story.start(['resume']);
  await inTheWindow(story);
  expect(isPaused(clusters)).toBe(false);
  await story.target.run(`UPDATE post.visits SET visits = visits + 1`);
});
