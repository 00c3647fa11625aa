/** What a server says of sizes, and whether its disks are this machine's. */
import {mkdtemp, rm, statfs, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';
import {isHere, mysqlStorage} from './mysql-storage.ts';

const MIB = 1024 * 1024;
const ROWS = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i, repeat('x', 4000), concat(i, repeat('y', 200)) FROM n`;
const NAME = 'Ünï-x y';

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('tables that were filled this moment, partitions included, are as large as they are, whatever they are called', async () => {
      await using database = await mysqlDatabase(server);
      const sessions = new MySessions(optionsFor(database.url), request.flavour);
      const storage = mysqlStorage(sessions);
      const named = (...names: readonly string[]) => names.map((name) => ({schema: database.name, name}));
      await database.run(
        `CREATE TABLE ${quoteName(NAME)} (id int PRIMARY KEY, a text, b varchar(250), KEY (b)) PARTITION BY HASH(id) PARTITIONS 2`,
        'CREATE TABLE small (id int PRIMARY KEY)',
      );
      const [empty, before] = [await storage.tableSizes(named(NAME)), await storage.databaseBytes()];
      await database.run(`INSERT INTO ${quoteName(NAME)} ${ROWS}`);
      const full = await storage.tableSizes(named(NAME, 'small', 'absent'));
      expect(empty.dataBytes).toBeLessThan(MIB);
      expect(full.dataBytes + full.indexBytes).toBeGreaterThan(900 * 4200);
      expect(full.dataBytes + full.indexBytes).toBeLessThan(64 * MIB);
      // The rows are in the tables and in the log.
      expect(await storage.databaseBytes()).toBeGreaterThan(before + 2 * 900 * 4000);
      await database.run(`ANALYZE TABLE ${quoteName(NAME)}`);
      const analysed = await storage.tableSizes(named(NAME, 'small'));
      expect(analysed.indexBytes).toBeGreaterThan(900 * 200);
      expect(analysed.largestIndexBytes).toBe(analysed.indexBytes);
      expect(await storage.tableSizes([])).toEqual({dataBytes: 0, indexBytes: 0, largestIndexBytes: 0});
      expect(await storage.logBytesMax()).toBe(Number.POSITIVE_INFINITY);
      await sessions.close();
    });

    test('an account that may not see files has the estimates, of what it may see', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        'CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(250), KEY (b))',
        `INSERT INTO t ${ROWS}`,
        'ANALYZE TABLE t',
      );
      const {name, url} = await newAccount(database);
      await database.run(`GRANT SELECT ON ${quoteName(database.name)}.* TO ${name}`);
      const sessions = new MySessions(optionsFor(url), request.flavour);
      const storage = mysqlStorage(sessions);
      const sizes = await storage.tableSizes([{schema: database.name, name: 't'}]);
      expect(sizes.dataBytes).toBeGreaterThan(900 * 4000);
      expect(sizes.indexBytes).toBeGreaterThan(900 * 200);
      expect(await storage.databaseBytes()).toBeGreaterThan(900 * 4000);
      await sessions.close();
    });

    test('the disk of a server on this machine is measured, and a folder that is not its own is not believed (H-98)', async () => {
      await using database = await mysqlDatabase(server);
      const sessions = new MySessions(optionsFor(database.url), request.flavour);
      const [data = ''] = (await database.rows('SELECT @@datadir'))[0] ?? [];
      const {blocks, bsize} = await statfs(String(data));
      expect(await mysqlStorage(sessions).disks()).toEqual([
        {holds: 'data and log', freeBytes: expect.any(Number), totalBytes: blocks * bsize},
      ]);
      const folder = await mkdtemp(join(tmpdir(), 'crossfade-other-'));
      expect(await isHere(database.session, {data: folder, redo: folder})).toBe(false);
      await writeFile(join(folder, 'auto.cnf'), '[auto]\nserver-uuid=00000000-0000-0000-0000-000000000000\n');
      await writeFile(join(folder, 'ib_logfile0'), Buffer.alloc(16384));
      expect(await isHere(database.session, {data: folder, redo: folder})).toBe(false);
      await rm(folder, {recursive: true});
      await sessions.close();
    });
  });
}
