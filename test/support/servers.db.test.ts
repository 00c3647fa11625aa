import pg from 'pg';
import {expect, test} from 'vitest';
import {ownPostgresServer, postgresServer} from './servers.ts';

const ask = async (url: string, sql: string): Promise<string> => {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    const {rows} = await client.query<{value: string}>(sql);
    return String(rows[0]?.value);
  } finally {
    await client.end();
  }
};

test('a server of the asked version, ready for logical replication, with a fresh database each time', async () => {
  const server = await postgresServer({version: 18});
  expect(await ask(server.url, `select current_setting('server_version_num')::int / 10000 as value`)).toBe('18');
  expect(await ask(server.url, `select current_setting('wal_level') as value`)).toBe('logical');
  const [one, two] = [await server.createDatabase(), await server.createDatabase('named "database"')];
  expect(await ask(one, 'select current_database() as value')).toMatch(/^test_/);
  expect(await ask(two, 'select current_database() as value')).toBe('named "database"');
});

test('the server is shared by all who ask for the same, and settings make it another one', async () => {
  const [one, two] = await Promise.all([postgresServer({version: 17}), postgresServer({version: 17})]);
  expect(two.url).toBe(one.url);
  const other = await postgresServer({version: 17, settings: {wal_level: 'replica'}});
  expect(await ask(other.url, `select current_setting('wal_level') as value`)).toBe('replica');
});

test('a server of the test own survives being killed with what it had committed', async () => {
  const server = await ownPostgresServer({version: 17});
  await ask(server.url, 'create table kept as select 1 as value');
  await server.kill9();
  await expect(ask(server.url, 'select 1 as value')).rejects.toThrow(/ECONNREFUSED/);
  await server.restart();
  expect(await ask(server.url, 'select value from kept')).toBe('1');
  await server.stop();
});
