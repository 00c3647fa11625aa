/** The application's roles (H-100): what they lack on the target stops the cutover before anything is held, and not the application after it. */
import {randomBytes} from 'node:crypto';
import {expect, test} from 'vitest';
import type {Finding} from '../../src/engine/engine.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {openLetters} from '../support/letters.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const password = 'only-for-this-test';

/** About application roles. */
const findings = async (story: Story): Promise<readonly Finding[]> => {
  const {output, error} = await story.type('doctor', story.planFile, '--json');
  if (!output.startsWith('{')) throw new Error(error);
  // The document's form is an interface.
  return (JSON.parse(output) as {findings: readonly Finding[]}).findings.filter(({object}) => object.startsWith('application role '));
};

const rolesVerdict = (go: boolean) => (fact: JournalFact) =>
  fact.type === 'gate-verdict' && fact.verdict.gate === 'application-roles' && fact.verdict.go === go;

const urlOf = (story: Story, side: 'source' | 'target', role: string): string => {
  const url = new URL(story[side].url);
  [url.username, url.password] = [role, password];
  url.searchParams.set('application_name', 'the till');
  return url.href;
};

test('a privilege that the target lacks holds the cutover back, by role and table, until it is granted (H-100)', async () => {
  const role = `app_${randomBytes(4).toString('hex')}`;
  await using story = await openLetters('roles', {plan: {applicationRoles: [role], gates: {cutover: ['replication-lag']}}});
  for (const side of ['source', 'target'] as const) await story[side].run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await story.source.run(
    `GRANT USAGE ON SCHEMA post TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA post TO ${role}`,
    `GRANT DELETE ON post.stamps TO ${role}`,
  );
  expect(await findings(story)).toEqual([]);

  const runner = story.start(['run', story.planFile]);
  const red = await story.untilFact('the gate is red', rolesVerdict(false));
  expect(red).toMatchObject({verdict: {evidence: expect.stringContaining('SELECT, INSERT, UPDATE, USAGE of the schema')}});
  await story.target.run(`GRANT USAGE ON SCHEMA post TO ${role}`, `GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA post TO ${role}`);
  const last = await story.untilFact(
    'only one privilege is missing',
    (fact) => rolesVerdict(false)(fact) && fact.type === 'gate-verdict' && !fact.verdict.evidence.includes('USAGE'),
  );
  expect(last).toMatchObject({
    verdict: {evidence: `application role ${role} lacks on the target what it has on the source: DELETE on post.stamps`},
  });
  expect(await findings(story)).toMatchObject([
    {severity: 'warn', code: 'CF-GRANT-001', next: expect.stringContaining('GRANT DELETE ON post.stamps')},
  ]);
  expect((await story.facts()).some(({type, ...fact}) => type === 'step-intent' && 'step' in fact && fact.step === 'hold')).toBe(false);
  expect(runner.isRunning).toBe(true);

  const stale = await storyDatabase(urlOf(story, 'source', role));
  await story.target.run(`GRANT DELETE ON post.stamps TO ${role}`);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const proof = await story.untilFact('the proof', (fact) => fact.type === 'step-outcome' && fact.step === 'prove');
  expect(proof).toMatchObject({evidence: {leftOnClosedSide: [{role, application: 'the till', sessions: 1}]}});
  await expect(stale.run(`UPDATE post.visits SET visits = 0`)).rejects.toThrow('writes to post.visits are closed on this side');
  const app = await storyDatabase(urlOf(story, 'target', role));
  await app.run(`UPDATE post.visits SET visits = visits + 1`, `DELETE FROM post.stamps WHERE letter = 'L000001'`);
  await Promise.all([stale.close(), app.close()]);
});

test('what an application role must not be is said by doctor: unknown, all-powerful, or the owner of what is fenced', async () => {
  const [owner, maker, missing] = ['owner', 'maker', 'missing'].map((word) => `${word}_${randomBytes(4).toString('hex')}`);
  await using story = await openLetters('powers');
  const me = new URL(story.source.url).username;
  story.writePlan('plan.yaml', {applicationRoles: [me, owner, maker, missing, 'nobody_at_all']});
  await story.source.run(`CREATE ROLE ${owner} LOGIN`, `CREATE ROLE ${maker} LOGIN CREATEROLE BYPASSRLS`, `CREATE ROLE ${missing} LOGIN`);
  await story.target.run(`CREATE ROLE ${owner} LOGIN`, `CREATE ROLE ${maker} NOLOGIN`);
  await story.source.run(`ALTER TABLE post.letters OWNER TO ${owner}`);
  const all = await findings(story);
  const severities = (role = '') =>
    all.filter(({object}) => object === `application role ${role}`).map(({severity, reason}) => `${severity}: ${reason}`);

  expect(severities(me)).toEqual([
    'refuse: is a superuser on the source, who may take the fence down',
    'refuse: is a superuser on the target, who may take the fence down',
  ]);
  expect(severities(owner)).toEqual(['warn: owns post.letters on the source, itself or through a group, and may take the fence down']);
  expect(severities(maker)).toEqual([
    'warn: may not log in on the target',
    'warn: may make roles on the source, and so may give itself rights that it does not have',
    'warn: passes over row-level security on the source',
  ]);
  expect(severities(missing)).toEqual(['warn: does not exist on the target']);
  expect(severities('nobody_at_all')).toEqual(['refuse: does not exist on the source', 'warn: does not exist on the target']);
  expect((await story.type('run', story.planFile, '--json', '--yes')).output).toContain('CF-GRANT-001');
});
