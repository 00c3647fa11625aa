/** What the gate `rehearsed` compares: a change of what others meet is seen, though our own sessions do not meet it. */
import {expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';

const server = await postgresServer();

test.each([
  ['synchronous_commit', 'off', 'off'],
  ['statement_timeout', '7s', '7000ms'],
  ['lock_timeout', '3s', '3000ms'],
  ['idle_in_transaction_session_timeout', '11s', '11000ms'],
])('%s is seen for the database, and for a role', async (name, value, seen) => {
  const side = await openSide('source', await server.createDatabase());
  const role = `app_${new URL(side.url).pathname.slice(-8)}`;
  const settings = async () => side.database.rehearsing.settings([role]);
  try {
    await side.run(`CREATE ROLE ${role}`, `CREATE ROLE other_${role}`);
    const before = await settings();
    expect(before[name]).not.toBe(seen);
    await side.run(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${name} = %L', current_database(), '${value}'); END $$`);
    expect(await settings()).toEqual({...before, [name]: seen});
    await side.run(`ALTER ROLE ${role} SET ${name} = '${value}'`, `ALTER ROLE other_${role} SET ${name} = '${value}'`);
    expect(await settings()).toEqual({...before, [name]: seen, [`${name} for ${role}`]: value});
  } finally {
    await side.run(`DROP ROLE ${role}`, `DROP ROLE other_${role}`);
    await side.close();
  }
});

test('what has the name of the server’s own view is not asked', async () => {
  const side = await openSide('source', await server.createDatabase());
  try {
    await side.run(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public', current_database()); END $$`);
    await side.run('CREATE VIEW public.pg_settings AS SELECT $$fsync$$::text AS name, $$forged$$::text AS setting, NULL::text AS unit');
    expect((await side.database.rehearsing.settings([]))['fsync']).not.toBe('forged');
  } finally {
    await side.close();
  }
});
