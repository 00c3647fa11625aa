/** Behind two PgBouncers in transaction pooling, from 17 to 18, back and forth: clients wait, and none gets an error. */
import {randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {type PgBouncers, pgbouncerProgram, startPgBouncers} from '../support/pgbouncer.ts';
import {countersOf, POOLED_SCHEMA, startPooledClients} from '../support/pooled-clients.ts';
import {optional, postgresServer, type PostgresVersion} from '../support/servers.ts';
import {openStory, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

/** Back to 15 is another story with PgBouncer 1.26 and later only (H-110), which a developer names. */
const PAIRS: readonly (readonly [PostgresVersion, PostgresVersion])[] = process.env['TEST_PGBOUNCER']
  ? [
      [15, 18],
      [17, 18],
    ]
  : [[17, 18]];
const program = await optional(pgbouncerProgram);

describe.skipIf(program === undefined).each(PAIRS)('from %i to %i', (from, to) => {
  test('clients of PgBouncer are moved forth, back and forth without a lost write (H-110)', {timeout: 300_000}, async () => {
    const name = `pooled-${from}-${to}`;
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-pooled-'));
    const schema = {preData: join(folder, 'pre.sql'), postData: join(folder, 'post.sql')};
    const user = {name: `pooled_${randomBytes(4).toString('hex')}`, password: 'pooled'};
    writeFileSync(schema.preData, `${POOLED_SCHEMA.preData}\n${grants(user.name)}`);
    writeFileSync(schema.postData, POOLED_SCHEMA.postData);
    const on = {source: await postgresServer({version: from}), target: await postgresServer({version: to})};
    await using story = await openStory({name, schema, tables: ['pooled.*'], on});
    for (const side of [story.source, story.target]) await side.run(`CREATE ROLE ${user.name} LOGIN PASSWORD '${user.password}'`);
    await story.source.run(POOLED_SCHEMA.preData, POOLED_SCHEMA.postData, grants(user.name));
    const pool = await startPgBouncers({
      instances: 2,
      database: 'shop',
      address: addressOf(story.source.url),
      user,
      pooling: 'transaction',
    });
    await story.source.run(countersOf(pool.clients));
    const clients = startPooledClients(pool.clients);
    const plan = planWith(story, pool);

    const foreseen = await foreseenBy(story, plan);
    await thereAndBack(story, name, plan, async (side) => {
      clients.servers();
      await untilTrue(`all clients are on the ${side}`, () => clients.servers().join() === String(story[side].port));
    });
    await clients.stop();
    await clients.expectNothingLost(story.target);
    expectCanaries(await story.facts(), user.name);
    // Errors are allowed only where `doctor` has said that there would be some (H-110).
    if (foreseen.length === 0) expect(clients.errors).toEqual([]);
    else expect(clients.errors.filter((error) => !CUT.test(error))).toEqual([]);
    await pool.stop();
    rmSync(folder, {recursive: true});
  });
});

/** What a client sees whom PgBouncer cut between two statements. */
const CUT = /database removed|Connection terminated/;

const grants = (role: string): string =>
  `GRANT USAGE ON SCHEMA pooled TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pooled TO ${role};`;

const addressOf = (url: string): string => {
  const {hostname, port, pathname} = new URL(url);
  return `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
};

/** References only: the admin consoles' addresses carry passwords. */
function planWith(story: Story, pool: PgBouncers): string {
  const admin = pool.admins.map((url, index) => {
    const file = join(story.folder, `admin-${index}`);
    writeFileSync(file, url, {mode: 0o600});
    return `file:${file}`;
  });
  const canary = {paths: pool.clients.map((url) => story.secret(url))};
  return story.writePlan('pooled.yaml', {switch: [{pgbouncer: {admin, database: 'shop', config: pool.config}}], canary});
}

/** Along both instances, at each of the three cutovers. */
function expectCanaries(facts: readonly JournalFact[], role: string): void {
  const done = facts.flatMap((fact) =>
    fact.type === 'phase-ended' && 'canary' in fact.evidence && fact.outcome === 'done' ? [fact.evidence['canary']] : [],
  );
  const path = {role, reached: true};
  expect(done.length).toBe(3);
  for (const report of done) {
    expect(report).toMatchObject({lost: 0, twice: 0, undead: 0, astray: 0, paths: [path, path]});
    expect(report).not.toHaveProperty('failure');
  }
}

async function foreseenBy(story: Story, plan: string): Promise<readonly string[]> {
  const {output, error} = await story.type('doctor', plan, '--json');
  if (!output.startsWith('{')) throw new Error(error);
  // The document's form is an interface.
  const {findings} = JSON.parse(output) as {findings: readonly {code: string; reason: string}[]};
  return findings.filter(({code}) => code === 'CF-SWITCH-001').map(({reason}) => reason);
}
