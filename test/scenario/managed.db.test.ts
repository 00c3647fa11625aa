/**
 * On a managed service: roles that log in and replicate, an owner that nobody logs in as, no superuser, so no event
 * trigger and no setting of the server. The whole way works; what is lost is said beforehand: a change of the schema is
 * noticed by comparing the catalogue, after some seconds.
 */
import {randomBytes} from 'node:crypto';
import {expect, test} from 'vitest';
import type {Finding, Grant} from '../../src/engine/engine.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import type {Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const FAILED = 1;
const SIDES = ['source', 'target'] as const;
type Doctor = {
  readonly fit: boolean;
  readonly findings: readonly Finding[];
  readonly grants: Readonly<Record<'source' | 'target', readonly Grant[]>>;
};

/** The role holds what `doctor` prints, and the plan's addresses name it. */
async function onManagedServers(
  name: string,
  sections: Readonly<Record<string, unknown>> = {},
): Promise<{story: Story; plan: string; role: string}> {
  const story = await openLetters(name);
  const role = `managed_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await story.source.run(`CREATE ROLE owner_${role}`, ...(await givenTo(story, `owner_${role}`)));
  const addresses = Object.fromEntries(
    SIDES.map((side) => {
      const url = Object.assign(new URL(story[side].url), {username: role, password}).href;
      return [side, {engine: 'postgres', url: story.secret(url)}];
    }),
  );
  for (const side of SIDES) await story[side].run(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  const plan = story.writePlan('managed.yaml', {...addresses, ...sections});
  const {grants} = await doctor(story, plan);
  for (const side of SIDES) await story[side].run(...grants[side].map(({statement}) => statement));
  for (const side of SIDES) {
    const rights = `SELECT rolsuper::text || ' ' || has_parameter_privilege(rolname, 'wal_level', 'ALTER SYSTEM')::text FROM pg_roles WHERE rolname = '${role}'`;
    expect(await story[side].value(rights)).toBe('false false');
  }
  return {story, plan, role};
}

/** Statements that give the tables to another owner, who needs to reach them for the foreign keys. */
const givenTo = async (story: Story, owner: string): Promise<string[]> => {
  const {source} = story;
  const tables = await source.rows(
    `SELECT format('ALTER TABLE %s OWNER TO ${owner}', oid::regclass) FROM pg_class WHERE relnamespace = 'post'::regnamespace AND relkind IN ('r', 'p')`,
  );
  return [`GRANT USAGE ON SCHEMA post TO ${owner}`, ...tables.map(([statement]) => statement ?? '')];
};

async function doctor(story: Story, plan: string): Promise<Doctor> {
  const {output, error} = await story.type('doctor', plan, '--json');
  if (!output.includes('"fit"')) throw new Error(`${output}${error}`);
  // The document's form is an interface.
  return JSON.parse(output) as Doctor;
}

const eventTriggers = (story: Story) =>
  Promise.all(SIDES.map((side) => story[side].value(`SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'crossfade%'`)));

test('there and back without a superuser; what is lost is named beforehand', async () => {
  const {story, plan} = await onManagedServers('managed');
  await using _ = story;
  const {fit, findings} = await doctor(story, plan);
  expect(fit, JSON.stringify(findings)).toBe(true);
  const late = findings.filter(({code}) => code === 'CF-DDL-001').map(({severity, object, reason}) => `${severity} ${object}: ${reason}`);
  expect(late.map((line) => line.split(',')[0])).toEqual(
    SIDES.map((side) => `info ${side} server: only a superuser may make an event trigger`),
  );
  expect((await story.type('plan', plan, '-q')).output).toContain(
    'info CF-DDL-001 source server, target server: only a superuser may make an event trigger',
  );
  await thereAndBack(story, 'managed', plan, async (side) => {
    expect(await eventTriggers(story)).toEqual(['0', '0']);
    await story[side].run(`UPDATE post.visits SET visits = visits + 1`, `DELETE FROM post.stamps WHERE letter = 'L000007'`);
  });
  const {source, target} = await bothChecksums(story);
  expect(target).toEqual(source);
});

test('a schema change stops the run without an event trigger too: of a table that nobody writes, and before a row of the new form is applied', async () => {
  const {story, plan} = await onManagedServers('managed-ddl', {gates: {cutover: ['replication-lag', 'approval']}});
  await using _ = story;
  const gates = async (): Promise<number> => (await story.facts()).filter(({type}) => type === 'gate-verdict').length;
  const atTheGate = async (words: readonly string[]) => {
    const before = await gates();
    const runner = story.start(words);
    await untilTrue('the gate', async () => (await gates()) > before);
    return runner;
  };
  const failure = async () => (await story.facts()).findLast(({type}) => type === 'failed');

  const idle = await atTheGate(['run', plan]);
  await story.source.run('ALTER TABLE post.stamps ADD COLUMN colour text');
  expect(await idle.ended).toBe(FAILED);
  expect(await failure()).toMatchObject({code: 'CF-DDL-001', error: expect.stringContaining('column post.stamps.colour is new')});
  await story.source.run('ALTER TABLE post.stamps DROP COLUMN colour');

  const written = await atTheGate(['resume']);
  await story.source.run(
    `ALTER TABLE post.letters ADD COLUMN colour text; INSERT INTO post.letters (code, sender, subject, body, colour) VALUES ('X1', 1, 'new', 'short', 'red')`,
  );
  expect(await written.ended).toBe(FAILED);
  expect(await failure()).toMatchObject({code: 'CF-DDL-001', error: expect.stringContaining('post.letters')});
  expect(await story.target.value(`SELECT count(*) FROM post.letters WHERE code = 'X1'`)).toBe('0');
  expect(await eventTriggers(story)).toEqual(['0', '0']);
  await story.source.run(`UPDATE post.visits SET visits = visits + 1`); // the application goes on
});
