/** The canary's table: closed and opened with the migration's own tables, shared with others, and gone with the rest. */
import {randomBytes} from 'node:crypto';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {takeLease} from '../../runner/lease.ts';

const migration = (short: string) => ({id: `${short}-0000-7000-8000-000000000000`, short, name: `m-${short}`});
const [OURS, THEIRS] = [migration('0198aaaa'), migration('0198bbbb')];
const BUDGET_MS = 60_000;

let one: TestSide;
let other: TestSide;

beforeEach(async () => {
  const url = await (await postgresServer()).createDatabase();
  [one, other] = [await openSide('source', url, OURS), await openSide('source', url, THEIRS)];
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
});

let seq = 0;
const write = (short: string): Promise<void> =>
  one.run(`INSERT INTO crossfade.canary (migration, attempt, token, client, seq) VALUES ('${short}', 1, gen_random_uuid(), 1, ${++seq})`);
const triggers = () => one.value(`SELECT count(*) FROM pg_trigger WHERE tgrelid = 'crossfade.canary'::regclass`);
const CLOSED = 'crossfade.canary are closed on this side';

test('each migration closes and opens it for its own tokens only', async () => {
  const [{epoch}, theirs] = [
    await takeLease(one.database, one.database, OURS.id, 'test'),
    await takeLease(other.database, other.database, THEIRS.id, 'test'),
  ];
  const raise = (side: TestSide, attempt: number, at: number) =>
    side.database.fence.raise({tables: [], attempt, epoch: at, budgetMs: BUDGET_MS, marker: 'test'});
  await write(OURS.short);
  await raise(one, 1001, epoch);
  await expect(write(OURS.short)).rejects.toThrow(CLOSED);
  await write(THEIRS.short);
  await raise(other, 2001, theirs.epoch);
  await expect(write(THEIRS.short)).rejects.toThrow(CLOSED);
  await one.database.fence.release(1001);
  await write(OURS.short);
  await expect(write(THEIRS.short)).rejects.toThrow(CLOSED);
  await one.database.fence.clean([]);
  expect(await triggers()).toBe('1');

  expect((await one.database.tokens?.tokens(1))?.length).toBe(2);
  await other.database.fence.remove([]);
  expect(await triggers()).toBe('0');
  await other.database.control.remove();
  expect(await one.value('SELECT string_agg(DISTINCT migration, $$,$$) FROM crossfade.canary')).toBe(OURS.short);
  await one.database.control.remove();
  expect(await one.value(`SELECT to_regclass('crossfade.canary')`)).toBeNull();
});

test('a side that was closed from its start refuses tokens until it is opened', async () => {
  const {epoch} = await takeLease(one.database, one.database, OURS.id, 'test');
  await one.database.fence.closeFromStart([]);
  await expect(write(OURS.short)).rejects.toThrow(CLOSED);
  await one.database.fence.open(epoch);
  await write(OURS.short);
});

test('a role is given what it lacks, once the table is there; a table of somebody else is not ours to open', async () => {
  const role = `app_${randomBytes(4).toString('hex')}`;
  const {tokens, control} = one.database;
  expect(await tokens?.grants(role)).toBeUndefined();
  await one.run(`CREATE ROLE ${role}`);
  expect((await tokens?.grants(role))?.map(({isHeld, isOptional}) => [isHeld, isOptional])).toEqual([
    [false, true],
    [false, true],
  ]);
  await control.install();
  await tokens?.allow(role);
  expect((await tokens?.grants(role))?.map(({isHeld}) => isHeld)).toEqual([true, true]);
  await one.run(`SET ROLE ${role}`);
  await write(OURS.short);
  await expect(one.run('DELETE FROM crossfade.canary')).rejects.toThrow('permission denied');
  await expect(one.run('SELECT * FROM crossfade.fence')).rejects.toThrow('permission denied');
  await one.run('RESET ROLE');

  const foreigner = `mover_${randomBytes(4).toString('hex')}`;
  await one.run(`REVOKE ALL ON crossfade.canary FROM ${role}`, `CREATE ROLE ${foreigner} LOGIN PASSWORD 'mover'`);
  const url = new URL(one.url);
  [url.username, url.password] = [foreigner, 'mover'];
  const stranger = await openSide('source', url.href, OURS);
  await expect(stranger.database.tokens?.allow(role)).rejects.toMatchObject({
    code: 'CF-CANARY-003',
    next: `an administrator runs: GRANT INSERT, SELECT ON crossfade.canary TO "${role}";`,
  });
  await stranger.close();
});

test('an installation of an older version gets the table with the next run', async () => {
  await one.database.control.install();
  await one.run('DROP TABLE crossfade.canary');
  await one.database.fence.remove([]); // an abort by that older version's successor finds nothing to remove
  await one.database.control.install();
  await write(OURS.short);
});
