/** Grants that only some servers need. Roles belong to a whole server, so they are made in a transaction that nobody else sees. */
import {randomBytes} from 'node:crypto';
import {expect, test} from 'vitest';
import {realEffects} from '../../../test/support/effects.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import type {Grant} from '../engine.ts';
import {postgresGrants} from './postgres-grants.ts';
import {PgSession} from './postgres-session.ts';

/** What is said to a role that may do nothing, and again when what was printed for it has been run. */
async function saidTo(role: string, why: RegExp, ...prepare: readonly string[]): Promise<readonly Grant[]> {
  const server = await postgresServer({version: 17});
  const migration = {id: '0198c0de-0000-7000-8000-000000000000', short: '0198c0de', name: 'test'};
  const url = new DatabaseUrl(await server.createDatabase());
  const session = await PgSession.open({url, side: 'source', migration, effects: realEffects()}, 'test');
  const grants = async (): Promise<readonly Grant[]> => {
    await session.query(`SET LOCAL ROLE ${role}`);
    const found = await postgresGrants(session, 'source', []);
    await session.query('RESET ROLE');
    return found.filter((grant) => why.test(grant.why));
  };
  try {
    for (const statement of ['BEGIN', `CREATE ROLE ${role}`, ...prepare]) await session.query(statement);
    const before = await grants();
    for (const {statement} of before) await session.query(statement);
    return [...before, ...(await grants())];
  } finally {
    await session.close();
  }
}

const newRole = (): string => `mover_${randomBytes(4).toString('hex')}`;

test('the right to look for corrupt key indexes is listed where amcheck is, and nothing where it is not', async () => {
  const role = newRole();
  expect(await saidTo(role, /key indexes/)).toEqual([]);
  const statement = `GRANT EXECUTE ON FUNCTION "checks of ours".bt_index_check(regclass,boolean) TO "${role}";`;
  expect(
    await saidTo(role, /key indexes/, 'CREATE SCHEMA "checks of ours"', 'CREATE EXTENSION amcheck SCHEMA "checks of ours"'),
  ).toMatchObject([
    {phase: 'assess', statement, isHeld: false, isOptional: true},
    {phase: 'assess', statement, isHeld: true, isOptional: true},
  ]);
});

test('a membership in rds_replication is as good as the attribute, where that role is', async () => {
  const role = newRole();
  const attribute = `ALTER ROLE "${role}" REPLICATION;`;
  expect(await saidTo(role, /change stream/)).toMatchObject([
    {statement: attribute, isHeld: false},
    {statement: attribute, isHeld: true},
  ]);
  const membership = `GRANT rds_replication TO "${role}";`;
  expect(await saidTo(role, /change stream/, 'CREATE ROLE rds_replication')).toMatchObject([
    {statement: membership, isHeld: false, isOptional: false},
    {statement: membership, isHeld: true},
  ]);
});
