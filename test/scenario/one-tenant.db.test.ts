/**
 * One tenant of a shared database moves to one of its own, there, back and there again, under writes of its own and of
 * another tenant. The other one is never disturbed: not by the load, not by a fence, not after the cutover (H-109).
 */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type At} from '../support/runner-effects.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {SHARED_POST_DATA, SHARED_SCHEMA, TENANT_ROWS, TenantWriter} from '../support/tenant-writer.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const ONE_TENANT = {tables: {'app.accounts': {where: 'tenant = 7'}, 'app.entries': {where: 'tenant = 7'}}};

test('one tenant moves there, back and forward again, and the other one never notices', {timeout: 300_000}, async () => {
  await using story = await openShared('one-tenant');
  const [seven, eight] = await tenants(story, 5);
  await thereAndBack(story, 'one-tenant', story.planFile, async (side) => {
    await Promise.all([seven.goesOn(), eight.goesOn()]);
    if (side === 'target') await expectClosedForSeven(story);
  });
  await Promise.all([seven.goesOn(), eight.goesOn()]);
  await expectClosedForSeven(story);
  await endAndCount(story, seven, eight);
});

const send = (label: string, times = 1): At => ({kind: 'sql.send', label, times});
const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label, times});

const ON_THE_WAY: readonly At[] = [
  {kind: 'copy.end', label: 'copy: COPY', times: 1},
  reply('apply forward: UPDATE crossfade.progress'),
  send('schema: CREATE INDEX'),
];
const AT_THE_CUTOVER: readonly At[] = [
  reply('fence: CREATE TRIGGER'),
  reply('fence: COMMIT'),
  send('work: UPDATE crossfade.fence SET state = $3'),
  send(`work: UPDATE crossfade.fence SET state = 'released'`),
  {kind: 'admin.command', label: 'router route'},
];

test('the same with the runner killed on the way and at both cutovers', {timeout: 600_000}, async () => {
  await using story = await openShared('tenant-killed');
  const [seven, eight] = await tenants(story, 6);
  await story.killAt(reply('schema: CREATE TABLE', 2), ['run', story.planFile]);
  for (const at of [...ON_THE_WAY, ...AT_THE_CUTOVER]) await story.killAt(at);
  for (const at of AT_THE_CUTOVER) {
    const runner = story.start(['resume'], {...at, act: 'kill'});
    while (runner.isRunning)
      await Promise.race([runner.ended, story.type('reverse', '--confirm', 'tenant-killed', '--reason', 'the story')]);
    expect(await runner.ended, `the runner ended before it came to ${at.label}`).toBeNull();
  }
  const last = story.start(['resume']);
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await untilTrue('the target is open again', async () => (await story.facts()).filter(isPhaseEnded('cutover', 'done')).length === 2);
  await Promise.all([seven.goesOn(), eight.goesOn()]);
  await untilTrue(
    'it is complete',
    async () => (await story.type('complete', '--confirm', 'tenant-killed', '--reason', 'the end')).code === 0,
  );
  expect(await last.ended, last.lastWords()).toBe(0);
  await endAndCount(story, seven, eight);
});

test('a row of the other tenant that stands at a key of the moved one ends the way back, and is not overwritten', async () => {
  await using story = await openShared('collision');
  await story.source.run(`INSERT INTO app.accounts (tenant, owner, cents) SELECT 7 + n % 2, 'o' || n, n FROM generate_series(1, 50) n`);
  const {ended} = story.start(['run', story.planFile]);
  await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
  await story.source.run(`INSERT INTO app.accounts (id, tenant, owner, cents) VALUES (5000, 8, 'mine', 1)`);
  await story.target.run(`INSERT INTO app.accounts (id, tenant, owner, cents) VALUES (5000, 7, 'other', 2)`);
  expect(await ended).not.toBe(0);
  expect(await story.source.rows(`SELECT tenant, owner FROM app.accounts WHERE id = 5000`)).toEqual([['8', 'mine']]);
  expect((await story.type('status')).output).toContain('CF-APPLY-001');
});

async function openShared(name: string): Promise<Story> {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-tenant-'));
  const schema = {preData: join(folder, 'pre.sql'), postData: join(folder, 'post.sql')};
  writeFileSync(schema.preData, SHARED_SCHEMA);
  writeFileSync(schema.postData, SHARED_POST_DATA);
  const story = await openStory({name, schema, tables: ['app.*'], plan: {mapping: ONE_TENANT, load: {parallel: 2, chunk: '64KiB'}}});
  await story.source.run(SHARED_SCHEMA, SHARED_POST_DATA);
  return story;
}

async function tenants(story: Story, seed: number): Promise<[TenantWriter, TenantWriter]> {
  const urls = {source: story.source.url, target: story.target.url};
  const seven = new TenantWriter(urls, 7, seed, 'moves');
  const eight = new TenantWriter(urls, 8, seed + 1, 'stays');
  await Promise.all([seven.fill(100), eight.fill(100)]);
  // They stand still, for whoever tries to write them on the wrong side.
  await story.source.run(`INSERT INTO app.accounts (id, tenant, owner, cents) VALUES (-7, 7, 'still', 0), (-8, 8, 'still', 0)`, 'ANALYZE');
  for (const writer of [seven, eight]) writer.start();
  return [seven, eight];
}

/** The source takes no write of the tenant that has gone, whoever asks; and none that brings a row in or takes one out. */
async function expectClosedForSeven({source}: Story): Promise<void> {
  for (const statement of [
    `INSERT INTO app.accounts (id, tenant, owner, cents) VALUES (-1, 7, 'late', 0)`,
    `UPDATE app.accounts SET owner = 'late' WHERE id = -7`,
    `UPDATE app.accounts SET tenant = 8 WHERE id = -7`,
    `UPDATE app.accounts SET tenant = 7 WHERE id = -8`,
    `DELETE FROM app.accounts WHERE id = -7`,
    `TRUNCATE app.entries`,
  ])
    await expect(source.run(statement), statement).rejects.toMatchObject({code: '25006'});
}

/** After the end: the tenant that moved is on the target, the other one is where it was, and neither is anywhere else. */
async function endAndCount(story: Story, seven: TenantWriter, eight: TenantWriter): Promise<void> {
  await Promise.all([seven.stop(), eight.stop()]);
  const rows = async (side: 'source' | 'target', tenant: number) => (await story[side].rows(TENANT_ROWS(tenant))).flat();
  expect(await rows('target', 7)).toEqual(seven.expected());
  expect(await rows('source', 8)).toEqual(eight.expected());
  expect(await rows('target', 8)).toEqual([]);
  await story.source.run(`INSERT INTO app.accounts (tenant, owner, cents) VALUES (8, 'still here', 0)`);
}
