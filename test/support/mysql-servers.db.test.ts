import mysql from 'mysql2/promise';
import {describe, expect, test} from 'vitest';
import {loginOf} from './mysql-process.ts';
import {mysqlServer, ownMysqlServer} from './mysql-servers.ts';
import {ifHad} from './servers.ts';

const ask = async (url: string, sql: string): Promise<string> => {
  const connection = await mysql.createConnection(loginOf(url));
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(sql);
    return String(rows[0]?.['value']);
  } finally {
    await connection.end();
  }
};

const READY = `SELECT concat_ws(' ', @@log_bin + 0, @@global.binlog_format, @@global.binlog_row_image, @@global.binlog_row_metadata) AS value`;

for (const request of [
  {flavour: 'mysql', version: '9.7'},
  {flavour: 'mariadb', version: '10.11'},
  {flavour: 'mariadb', version: '11.8'},
] as const) {
  const had = await ifHad(() => mysqlServer(request));
  describe.skipIf(!had)(`${request.flavour} ${request.version}`, () => {
    test('ready for a change stream, with a fresh database each time, and shared by all who ask for the same', async () => {
      const [server, again] = await Promise.all([mysqlServer(request), mysqlServer(request)]);
      expect(again.url).toBe(server.url);
      expect(await ask(server.url, 'SELECT version() AS value')).toContain(request.version);
      expect(await ask(server.url, READY)).toBe('1 ROW FULL FULL');
      const [one, two] = [await server.createDatabase(), await server.createDatabase('named `database`.x')];
      expect(await ask(one, 'SELECT database() AS value')).toMatch(/^test_/);
      expect(await ask(two, 'SELECT database() AS value')).toBe('named `database`.x');
    });
  });
}

test('a server of the test own survives being killed with what it had committed', async () => {
  const server = await ownMysqlServer({flavour: 'mariadb', settings: {'binlog-row-image': 'MINIMAL'}});
  const url = await server.createDatabase();
  await ask(url, 'CREATE TABLE kept AS SELECT @@global.binlog_row_image AS value');
  await server.kill9();
  await expect(ask(url, 'SELECT 1 AS value')).rejects.toThrow(/ECONNREFUSED/);
  await server.restart();
  expect(await ask(url, 'SELECT value FROM kept')).toBe('MINIMAL');
  await server.stop();
});
