/** What stands in the way is found before anything is moved: one clear error with a stable code, and nothing is left to undo by hand. */
import {describe, expect, test} from 'vitest';
import {openLetters, PRE_DATA} from '../support/letters.ts';
import {ownPostgresServer, postgresServer} from '../support/servers.ts';
import {traces} from '../support/server-traces.ts';
import {expectRefused, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const NO_GO = 4;
const FAILED = 1;

describe('addresses', () => {
  test('a wrong port, user, password or database', async () => {
    await using story = await openLetters('addresses');
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(story.source.url);
      change(url);
      return story.secret(url.href);
    };
    const refusals = [
      ['CF-CONN-001', wrong((url) => void (url.port = '1'))],
      ['CF-CONN-002', wrong((url) => void (url.pathname = '/no_such_database'))],
      ['CF-CONN-002', wrong((url) => void (url.password = 'wrong'))],
      ['CF-CONN-002', wrong((url) => void (url.username = 'no_such_user'))],
    ] as const;
    for (const [code, url] of refusals) {
      const plan = story.writePlan('wrong.yaml', {name: 'wrong', source: {engine: 'postgres', url}});
      expectRefused(await story.type('run', plan, '--json', '--yes'), code, FAILED);
    }
  });

  test('a server that does not offer the TLS that the plan asks for (H-94)', async () => {
    await using story = await openLetters('tls');
    const plan = story.writePlan('tls.yaml', {source: {engine: 'postgres', url: 'env:STORY_SOURCE', tls: {mode: 'verify-full'}}});
    expectRefused(await story.type('run', plan, '--json', '--yes'), 'CF-CONN-003', FAILED);
  });
});

/** Each is made on the source, found, and taken away again; the same migration then finds nothing in its way. */
const IN_THE_SOURCE: readonly {readonly code: string; readonly make: string; readonly clear: string; readonly says: string}[] = [
  {code: 'CF-SCOPE-002', make: 'CREATE TABLE post.keyless (n int)', clear: 'DROP TABLE post.keyless', says: 'post.keyless'},
  {
    code: 'CF-SCOPE-003',
    make: 'ALTER TABLE post.visits REPLICA IDENTITY NOTHING',
    clear: 'ALTER TABLE post.visits REPLICA IDENTITY DEFAULT',
    says: 'post.visits',
  },
  {
    code: 'CF-SCOPE-004',
    make: 'CREATE UNLOGGED TABLE post.unlogged (id int PRIMARY KEY)',
    clear: 'DROP TABLE post.unlogged',
    says: 'post.unlogged',
  },
  {code: 'CF-SCOPE-004', make: 'SELECT lo_create(4711)', clear: 'SELECT lo_unlink(4711)', says: 'large objects'},
];

test('what the source holds that cannot be moved is named, and the run goes on once it is gone (H-2, H-5, H-12, H-13)', async () => {
  await using story = await openLetters('source', {plan: {gates: {cutover: ['approval']}}});
  for (const {code, make, clear, says} of IN_THE_SOURCE) {
    await story.source.run(make);
    const answer = await story.type('run', story.planFile, '--json', '--yes');
    expectRefused(answer, code, NO_GO, says);
    await story.source.run(clear);
  }
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
});

test('a role that may not do what is needed', async () => {
  await using story = await openLetters('grants');
  const role = `story_grants_${process.pid}`;
  await story.source.run(
    `CREATE ROLE ${role} LOGIN PASSWORD 'right'`,
    `GRANT CREATE ON DATABASE ${new URL(story.source.url).pathname.slice(1)} TO ${role}`,
  );
  const url = new URL(story.source.url);
  [url.username, url.password] = [role, 'right'];
  const plan = story.writePlan('grants.yaml', {source: {engine: 'postgres', url: story.secret(url.href)}});
  const answer = await story.type('run', plan, '--json', '--yes');
  expectRefused(answer, 'CF-GRANT-001', NO_GO, 'the tables of post');
  await story.source.run(`DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
});

test('the target: rows that are there already, a schema file that fails and is corrected', async () => {
  await using story = await openLetters('target', {plan: {gates: {cutover: ['approval']}}});
  await story.target.run(PRE_DATA, `INSERT INTO post.visits VALUES ('2024-01-01', 1, 1)`);
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-TGT-001', NO_GO, 'post.visits');
  await story.target.run('DELETE FROM post.visits');
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-TGT-004', FAILED, 'pre.sql');
  await story.target.run('DROP SCHEMA post CASCADE');
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
});

test('an older target is refused, unless the plan says that it is wanted', async () => {
  const on = {source: await postgresServer({version: 18}), target: await postgresServer({version: 17})};
  await using story = await openLetters('older', {on, plan: {gates: {cutover: ['approval']}}});
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-TGT-002', NO_GO);
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(6);
  story.start(['run', story.writePlan('plan.yaml', {allowOlder: true})]);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
});

test('a source without wal_level = logical, and one without a free slot (H-78)', async () => {
  const replica = await postgresServer({version: 17, settings: {wal_level: 'replica'}});
  await using story = await openLetters('wal-level', {on: {source: replica}});
  expectRefused(await story.type('run', story.planFile, '--json', '--yes'), 'CF-SRC-001', NO_GO, 'wal_level');
  await expectNothingLeftAfterAbort(story);
  const full = await ownPostgresServer({version: 17, settings: {max_replication_slots: '1'}});
  try {
    await using crowded = await openLetters('slots', {on: {source: full}, plan: {gates: {cutover: ['approval']}}});
    await crowded.source.run(`SELECT pg_create_physical_replication_slot('of_somebody_else')`);
    expectRefused(await crowded.type('run', crowded.planFile, '--json', '--yes'), 'CF-SRC-002', NO_GO, 'slots');
    await crowded.source.run(`SELECT pg_drop_replication_slot('of_somebody_else')`);
    const runner = crowded.start(['resume']);
    await crowded.untilFact('the gate', ({type}) => type === 'gate-verdict');
    await runner.kill9();
  } finally {
    await full.stop();
  }
});

async function expectNothingLeftAfterAbort(story: Story): Promise<void> {
  await story.type('abort', '--yes', '--reason', 'the story');
  expect(await story.start(['resume']).ended).toBe(6);
  const fresh = await storyDatabase(await (await postgresServer({version: 18})).createDatabase());
  expect(await traces(story.target)).toEqual({...(await traces(fresh)), database: expect.anything()});
  await fresh.close();
  expect(await story.source.value(`SELECT to_regnamespace('crossfade')::text`)).toBeNull();
}

test('a publication and a slot that have our name and are not ours are neither used nor dropped (H-62)', async () => {
  await using story = await openLetters('taken', {plan: {gates: {cutover: ['approval']}}});
  await story.source.run('CREATE PUBLICATION of_somebody_else FOR ALL TABLES');
  await story.killAt({kind: 'sql.send', label: 'stream setup: SELECT EXISTS'}, ['run', story.planFile]);
  const name = await story.source.value(`SELECT 'crossfade_' || migration FROM crossfade.lease`);
  await story.source.run(`CREATE PUBLICATION ${name} FOR TABLE post.visits`);
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-SRC-003', NO_GO, name ?? '');
  expect(await story.source.value(`SELECT count(*) FROM pg_publication_tables WHERE pubname = '${name}'`)).toBe('1');
  await story.source.run(`DROP PUBLICATION ${name}`, `SELECT pg_create_physical_replication_slot('${name}_fwd')`);
  expectRefused(await story.type('resume', '--json', '--yes'), 'CF-SRC-003', NO_GO, `${name}_fwd`);
  await story.source.run(`SELECT pg_drop_replication_slot('${name}_fwd')`);
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await story.source.value(`SELECT count(*) FROM pg_publication WHERE pubname = 'of_somebody_else'`)).toBe('1');
});
