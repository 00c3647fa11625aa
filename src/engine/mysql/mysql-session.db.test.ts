import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {makeCertificates} from '../../../test/support/certificates.ts';
import {openFaultProxy} from '../../../test/support/fault-proxy.ts';
import {hadServers, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import {ownMysqlServer} from '../../../test/support/mysql-servers.ts';
import {isPassing} from './mysql-errors.ts';
import {sentRows} from './mysql-row-stream.ts';
import {MySession} from './mysql-session.ts';
import {quoteName, quoteValue} from './mysql-sql.ts';

const changed = (url: string, change: (parts: URL) => void): string => {
  const parts = new URL(url);
  change(parts);
  return parts.href;
};

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('a password is taken without TLS on this machine, also one that the server has not seen before (H-79)', async () => {
      await using database = await mysqlDatabase(server);
      const {name, url} = await newAccount(database);
      const session = await MySession.open(optionsFor(url), 'first login', request.flavour);
      expect(await session.one(`SELECT replace(current_user(), '@', '''@''') AS name`)).toEqual({name: name.slice(1, -1)});
      await session.close();
    });

    test('who is refused is told what to look at, without the password', async () => {
      await using database = await mysqlDatabase(server);
      const wrong = optionsFor(changed(database.url, (parts) => (parts.password = 'hunter2')));
      const refused = MySession.open(wrong, 'test');
      await expect(refused).rejects.toMatchObject({code: 'CF-CONN-002'});
      await expect(refused).rejects.not.toThrow(/hunter2/);
      await expect(
        MySession.open(optionsFor(changed(database.url, (parts) => (parts.pathname = '/nowhere'))), 'test'),
      ).rejects.toMatchObject({
        code: 'CF-CONN-002',
      });
      const other = request.flavour === 'mysql' ? 'mariadb' : 'mysql';
      await expect(MySession.open(optionsFor(database.url), 'test', other)).rejects.toMatchObject({
        code: 'CF-PLAN-001',
        next: expect.stringContaining(`engine: ${request.flavour}`),
      });
    });

    test('any text and any name goes through as it is (H-27)', async () => {
      await using database = await mysqlDatabase(server);
      await fc.assert(
        fc.asyncProperty(fc.string({unit: 'binary', maxLength: 40}), async (value) => {
          const {back} = await database.session.one<{back: string}>(`SELECT ${quoteValue(value)} AS back`);
          expect(back).toBe(value);
        }),
        {numRuns: 300},
      );
      for (const name of ['order', '`a`b`', '"a""b"', 'Ünï.x y', "o'c", 'a\\'])
        await database.run(`CREATE TABLE ${quoteName(name)} (${quoteName(name)} int)`);
      expect(new Set((await database.rows('SHOW TABLES')).flat())).toEqual(new Set(['"a""b"', '`a`b`', 'a\\', "o'c", 'order', 'Ünï.x y']));
    });

    test('values have one text, whatever the server and its clients have set', async () => {
      await using database = await mysqlDatabase(server);
      const {session} = database;
      const row = await session.one(
        `SELECT @@session.time_zone AS zone, @@session.sql_mode AS mode, @@session.collation_connection AS collation, @@session.net_write_timeout AS timeout,
                CAST(18446744073709551615 AS UNSIGNED) AS big, CAST('2026-01-02 03:04:05.678901' AS DATETIME(6)) AS at, CAST(1.10 AS DECIMAL(30, 10)) AS exact`,
      );
      expect(row).toEqual({
        zone: '+00:00',
        mode: expect.stringMatching(/STRICT_ALL_TABLES/),
        collation: 'utf8mb4_bin',
        timeout: '31536000',
        big: '18446744073709551615',
        at: '2026-01-02 03:04:05.678901',
        exact: '1.1000000000',
      });
    });

    test('a session that somebody ends is lost, and what it was doing may be tried again', async () => {
      await using database = await mysqlDatabase(server);
      const session = await MySession.open(optionsFor(database.url), 'work');
      const waiting = session.query('SELECT sleep(600)');
      const ended = expect(waiting).rejects.toSatisfy((error) => isPassing(error) && (error as {code: string}).code === 'CF-CONN-004');
      await database.run(`KILL ${session.serverPid}`);
      await ended;
      expect(await session.lost).toBeInstanceOf(Error);
      await expect(session.query('SELECT 1')).rejects.toMatchObject({code: 'CF-CONN-004'});
    });

    test('a read whose connection is cut in its middle ends, and says so', async () => {
      await using database = await mysqlDatabase(server);
      await using proxy = await openFaultProxy({port: Number(new URL(database.url).port)});
      const session = await MySession.open(optionsFor(proxy.through(database.url)), 'copy');
      const rows = sentRows(
        session,
        `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT repeat('x', 100000) FROM n`,
      );
      await rows.next();
      proxy.set({kind: 'reset'});
      const read = async (): Promise<void> => {
        for await (const _ of rows);
      };
      await expect(read()).rejects.toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('source')});
      await session.close();
    });

    test('a right that is missing is said as one', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE hidden (id int)');
      const session = await MySession.open(optionsFor((await newAccount(database)).url), 'work');
      await expect(session.query(`SELECT * FROM ${quoteName(database.name)}.hidden`)).rejects.toMatchObject({code: 'CF-GRANT-001'});
      await session.close();
    });

    test('over TLS a server is believed when its certificate names it and our authority has signed it, and else refused (H-94)', async () => {
      using certificates = makeCertificates(['localhost']);
      const {ca, otherCa, certificate, key} = certificates;
      const encrypted = await ownMysqlServer({...request, settings: {'ssl-ca': ca, 'ssl-cert': certificate, 'ssl-key': key}});
      const open = (file: string, host = 'localhost'): Promise<MySession> =>
        MySession.open(
          optionsFor(
            changed(encrypted.url, (parts) => (parts.hostname = host)),
            {tls: {mode: 'verify-full', ca: file}},
          ),
          'test',
        );
      const session = await open(ca);
      const {rows} = await session.query(`SHOW SESSION STATUS LIKE 'Ssl_version'`);
      expect(rows[0]?.['Value']).toMatch(/^TLSv1\.[23]$/);
      await session.close();
      await expect(open(otherCa)).rejects.toMatchObject({code: 'CF-CONN-003', message: expect.stringContaining('could not be verified')});
      await expect(open(ca, '127.0.0.1')).rejects.toMatchObject({code: 'CF-CONN-003', next: expect.stringContaining('write the name')});
      await encrypted.stop();
    });
  });
}

test('a certificate of another server is refused (H-94)', async () => {
  using certificates = makeCertificates(['db.example']);
  const {ca, certificate, key} = certificates;
  const server = await ownMysqlServer({flavour: 'mariadb', settings: {'ssl-ca': ca, 'ssl-cert': certificate, 'ssl-key': key}});
  const url = changed(server.url, (parts) => (parts.hostname = 'localhost'));
  const opened = MySession.open(optionsFor(url, {tls: {mode: 'verify-full', ca}}), 'test');
  await expect(opened).rejects.toMatchObject({code: 'CF-CONN-003', message: expect.stringContaining('altnames')});
  await server.stop();
});
