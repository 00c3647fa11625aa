/** Tokens along the application's own way, through whole cutovers: what was seen is on record, and what is wrong is acted on. */
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {CanaryReport} from '../../src/canary/canary.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {applicationUrl} from '../../examples/demo/shop-database.ts';
import {openLetters} from '../support/letters.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const SIDES = ['source', 'target'] as const;
const SWITCH = join(import.meta.dirname, '../../examples/switch-command/switch.sh');
const CLEAN = {lost: 0, twice: 0, undead: 0, astray: 0};

type Evidence = {readonly canary: CanaryReport & {readonly unmeasured?: string}; readonly reason?: string};

/** Of every cutover that ended so, in either direction. */
const evidenceOf = (facts: readonly JournalFact[], outcome: string): Evidence[] =>
  facts.flatMap((fact) =>
    fact.type === 'phase-ended' && /cutover/.test(fact.phase) && fact.outcome === outcome ? [fact.evidence as Evidence] : [],
  );

/** An application's role on both servers, which may do nothing but log in; answers its addresses. */
async function createApplication({source, target}: Story): Promise<{role: string; source: string; target: string}> {
  const role = `app_${randomBytes(4).toString('hex')}`;
  for (const side of [source, target]) await side.run(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
  const address = (url: string): string => applicationUrl(url, 'canary').replace('shop_app', role);
  return {role, source: address(source.url), target: address(target.url)};
}

const status = async (story: Story) => {
  const {output} = await story.type('status', '--json');
  return JSON.parse(output) as {
    phase: string;
    cause: string;
    next: {command: string}[];
    canary: {failure: {code: string} | null; unmeasured: string | null} | null;
  };
};

test('an application with the router: forward, back and forward, each token once, each stall measured (C12)', {
  timeout: 300_000,
}, async () => {
  await using story = await openLetters('canary-router');
  const application = await createApplication(story);
  const canary = {source: story.secret(application.source), target: story.secret(application.target)};
  const plan = story.writePlan('canary.yaml', {canary});
  const {output} = await story.type('doctor', plan, '--json');
  expect(JSON.parse(output)).toMatchObject({
    fit: true,
    canary: SIDES.map((side) => ({
      side,
      role: application.role,
      grants: expect.arrayContaining([expect.objectContaining({isOptional: true})]),
    })),
  });

  await thereAndBack(story, 'canary-router', plan);
  const reports = evidenceOf(await story.facts(), 'done').map((evidence) => evidence.canary);
  expect(reports.length).toBe(3);
  for (const report of reports) {
    expect(report).toMatchObject({...CLEAN, paths: [{path: 'crossfade/router', role: application.role, reached: true}]});
    expect(report.failure).toBeUndefined();
    expect(Math.min(report.onSource ?? 0, report.onTarget ?? 0, report.stallMs)).toBeGreaterThan(0);
  }
});

test('a path that was forgotten: named by status, and with onFailure: reverse the run goes back by itself (H-104)', {
  timeout: 300_000,
}, async () => {
  await using story = await openLetters('canary-stale');
  const application = await createApplication(story);
  const sections = {
    switch: [{command: {run: ['/usr/bin/env', `SWITCH_STATE=${story.folder}`, SWITCH]}}],
    cutover: {start: 'manual', stallBudget: '8s'},
  };
  const paths = [story.secret(application.source)];
  const plan = story.writePlan('stale.yaml', {...sections, canary: {paths}});
  const runner = story.start(['run', plan]);
  const asked = (verb: string) =>
    untilTrue(verb, async () => (await story.type(verb, '--confirm', 'canary-stale', '--reason', 'the story')).code === 0);
  await asked('cutover');
  await story.untilFact('the window', isPhaseStarted('reverse-window'));
  const seen = await status(story);
  expect(seen).toMatchObject({canary: {failure: {code: 'CF-CANARY-001'}}, cause: expect.stringContaining('canary.paths[0]')});
  expect(seen.next[0]?.command).toBe('crossfade reverse --confirm canary-stale');
  const [first] = evidenceOf(await story.facts(), 'done');
  expect(first?.canary).toMatchObject({
    ...CLEAN,
    onTarget: 0,
    paths: [{reached: false, lastError: expect.stringContaining('closed on this side')}],
  });
  expect(first?.canary.refused).toBeGreaterThan(0);

  await runner.stop();
  story.writePlan('stale.yaml', {...sections, canary: {paths, onFailure: 'reverse'}});
  const amended = await story.type('amend', plan, '--yes', '--reason', 'nobody is there at night');
  expect(amended.code, amended.error).toBe(0);
  story.start(['resume']);
  await story.untilFact('it is back', isPhaseEnded('reverse-cutover', 'done'));
  const facts = await story.facts();
  expect(facts.some((fact) => fact.type === 'decision' && fact.what.includes('canary.onFailure'))).toBe(true);
  expect(facts.some((fact) => fact.type === 'signal' && fact.signal.type === 'reverse')).toBe(false);
  // The forgotten path leads to the source, which serves again.
  expect(evidenceOf(facts, 'done').at(-1)?.canary).toMatchObject({...CLEAN, paths: [{reached: true}]});
});

test('a role that the target lacks calls the cutover off before anything is held; once it is there, the same cutover goes', {
  timeout: 300_000,
}, async () => {
  await using story = await openLetters('canary-role', {plan: {cutover: {start: 'manual', stallBudget: '8s'}}});
  const application = await createApplication(story);
  await story.target.run(`DROP ROLE ${application.role}`);
  const plan = story.writePlan('role.yaml', {canary: {source: story.secret(application.source), target: story.secret(application.target)}});
  const {output} = await story.type('doctor', plan, '--json');
  expect(JSON.parse(output)).toMatchObject({
    fit: false,
    findings: expect.arrayContaining([expect.objectContaining({severity: 'refuse', code: 'CF-CANARY-003', object: 'crossfade/router'})]),
  });
  story.start(['run', plan]);
  const asked = () =>
    untilTrue('cutover', async () => (await story.type('cutover', '--confirm', 'canary-role', '--reason', 'the story')).code === 0);
  await asked();
  await story.untilFact('it was called off', isPhaseEnded('cutover', 'back'));
  const called = await story.facts();
  expect(called.some((fact) => fact.type === 'step-failed' && fact.step === 'start-canary' && fact.code === 'CF-CANARY-003')).toBe(true);
  expect(called.some((fact) => fact.type === 'step-intent' && fact.step === 'hold')).toBe(false);
  await story.target.run(`CREATE ROLE ${application.role} LOGIN PASSWORD 'canary'`);
  await untilTrue('it is ready again', async () => (await status(story)).phase === 'cutover');
  await asked();
  await story.untilFact('the window', isPhaseStarted('reverse-window'));
  expect(evidenceOf(await story.facts(), 'done')[0]?.canary).toMatchObject({...CLEAN, paths: [{reached: true}]});
});

test('when the runner dies behind the decision, its successor says that nobody has measured', {timeout: 300_000}, async () => {
  await using story = await openLetters('canary-killed');
  await story.killAt({kind: 'admin.command', label: 'router route'}, ['run', story.planFile]);
  story.start(['resume']);
  await story.untilFact('the window', isPhaseStarted('reverse-window'));
  expect(evidenceOf(await story.facts(), 'done')[0]?.canary).toEqual({unmeasured: 'the runner that measured it is gone'});
  expect((await status(story)).canary).toMatchObject({failure: null, unmeasured: 'the runner that measured it is gone'});
});
