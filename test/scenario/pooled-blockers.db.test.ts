/** Behind PgBouncer a PAUSE waits for every transaction; one that does not end is ended, whatever it has touched, and only that one. */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';
import {pgbouncerProgram, startPgBouncers} from '../support/pgbouncer.ts';
import {optional} from '../support/servers.ts';
import {isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const program = await optional(pgbouncerProgram);

describe.skipIf(program === undefined)('a transaction that PgBouncer waits for', () => {
  test('is ended where the plan says so; a report beside the pooler is left alone', async () => {
    await using story = await openLetters('pooled-in-the-way');
    const user = {name: `pooled_${randomBytes(4).toString('hex')}`, password: 'pooled'};
    for (const side of [story.source, story.target]) await side.run(`CREATE ROLE ${user.name} LOGIN PASSWORD '${user.password}'`);
    const pool = await startPgBouncers({
      instances: 2,
      database: 'shop',
      address: addressOf(story.source.url),
      user,
      pooling: 'transaction',
    });
    const admin = pool.admins.map((url) => story.secret(url));
    const plan = story.writePlan('pooled.yaml', {
      switch: [{pgbouncer: {admin, database: 'shop', config: pool.config}}],
      cutover: {start: 'manual', stallBudget: '8s', onBlockers: 'terminate'},
    });
    story.start(['run', plan]);
    await story.untilFact('every gate is green', (fact) => fact.type === 'gates-passed' && fact.phase === 'cutover');

    const pooled = await storyDatabase(`${pool.clients[1]}?application_name=basket`);
    await pooled.run('BEGIN', 'SELECT 1'); // holds no lock on any table
    const process = Number(await pooled.value('SELECT pg_backend_pid()'));
    const report = await storyDatabase(story.source.url);
    await report.run('BEGIN', 'SELECT count(*) FROM post.letters');
    await story.type('cutover', '--confirm', 'pooled-in-the-way');
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    expect((await story.facts()).filter(isPhaseEnded('cutover', 'back'))).toEqual([]);
    const ended = await endedOf(story);
    expect(ended).toMatchObject([{process, role: user.name, application: 'basket', state: 'idle in transaction'}]);
    await expect(pooled.run('COMMIT')).rejects.toThrow();
    await report.run('COMMIT');

    const next = await storyDatabase(pool.clients[0] ?? '');
    expect(await next.value('SELECT inet_server_port()')).toBe(String(story.target.port));
    await Promise.all([pooled.close(), report.close(), next.close()]);
    await pool.stop();
  });
});

const endedOf = async (story: Story): Promise<unknown> => {
  const fact = await story.untilFact('who was ended', (one) => one.type === 'step-outcome' && one.step === 'end-blockers');
  // The evidence of that step.
  return (fact as {evidence: {ended: unknown}}).evidence.ended;
};

const addressOf = (url: string): string => {
  const {hostname, port, pathname} = new URL(url);
  return `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
};
