import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, optionsFor} from '../../../test/support/mysql-databases.ts';
import type {Column} from '../../model/table.ts';
import {mysqlCatalog} from './mysql-catalog.ts';
import {mysqlIdentity} from './mysql-identity.ts';
import {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  notNull: false,
  generated: false,
  identity: undefined,
  portableBinary: false,
  hasDefault: false,
  ...more,
});

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    const isMariadb = request.flavour === 'mariadb';
    /** MySQL writes no display width. */
    const int = (name: string, size: number): string => (isMariadb ? `${name}(${size})` : name);
    const read = async (url: string, schema: string, exclude: readonly string[] = []) => {
      const sessions = new MySessions(optionsFor(url), request.flavour);
      try {
        return await mysqlCatalog(sessions).tables({tables: [`${schema}.*`], exclude});
      } finally {
        await sessions.close();
      }
    };

    test('every column with the type that the server writes', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(`CREATE TABLE t (
        id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, flag tinyint(1) NOT NULL DEFAULT 1, doc json, word longtext CHECK (word <> ''),
        kind enum('a','b''c') DEFAULT 'a', some set('x','y') NOT NULL, twice int AS (flag * 2) VIRTUAL, more int AS (flag + 1) STORED,
        at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), price decimal(10,2) unsigned, raw varbinary(10), bits bit(7))`);
      const [table] = await read(database.url, database.name);
      expect(table).toMatchObject({key: ['id'], partitions: [], name: {schema: database.name, name: 't'}});
      expect(table?.columns).toEqual([
        column('id', `${int('bigint', 20)} unsigned`, {notNull: true, identity: 'by-default', hasDefault: true}),
        column('flag', 'tinyint(1)', {notNull: true, hasDefault: true}),
        column('doc', 'json'),
        column('word', 'longtext'),
        column('kind', `enum('a','b''c')`, {hasDefault: true}),
        column('some', `set('x','y')`, {notNull: true}),
        column('twice', int('int', 11), {generated: true}),
        column('more', int('int', 11), {generated: true}),
        column('at', 'timestamp(3)', {notNull: true, hasDefault: true}),
        column('price', 'decimal(10,2) unsigned'),
        column('raw', 'varbinary(10)'),
        column('bits', 'bit(7)'),
      ]);
    });

    test('a key is the primary one, or a unique index that has a value in every row', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        'CREATE TABLE both_keys (a int NOT NULL, b int NOT NULL, c int, UNIQUE (a), PRIMARY KEY (c, b))',
        'CREATE TABLE nullable (a int, b int NOT NULL, UNIQUE (a, b))',
        'CREATE TABLE stand_in (a int, b varchar(9) NOT NULL, c int NOT NULL, UNIQUE (a), UNIQUE z (c, b), KEY (b))',
        'CREATE TABLE without_any (a int)',
      );
      const tables = await read(database.url, database.name);
      expect(Object.fromEntries(tables.map(({name, key}) => [name.name, key]))).toEqual({
        both_keys: ['c', 'b'],
        nullable: [],
        stand_in: ['c', 'b'],
        without_any: [],
      });
    });

    test('a partitioned table is one table, views are none, and the scope chooses (H-14)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        'CREATE TABLE split (id int NOT NULL, y int NOT NULL, PRIMARY KEY (id, y)) PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
        'INSERT INTO split VALUES (1, 1), (2, 20)',
        'CREATE TABLE other (id int PRIMARY KEY)',
        'CREATE TABLE other_log (id int PRIMARY KEY)',
        'CREATE VIEW seen AS SELECT id FROM other',
      );
      const tables = await read(database.url, database.name, [`${database.name}.*_log`]);
      expect(tables.map(({name}) => name.name)).toEqual(['other', 'split']);
      expect(tables[1]).toMatchObject({key: ['id', 'y'], partitions: []});
      expect(tables[1]?.estimatedBytes).toBeGreaterThan(0);
    });

    test('names are what they are, in tables, columns and keys (H-27)', async () => {
      await using database = await mysqlDatabase(server);
      const names = ['order', '`a`b`', '"a""b"', 'Ünï x', "o'c", 'Case', 'case', 'a\\'];
      for (const name of names)
        await database.run(`CREATE TABLE ${quoteName(name)} (${quoteName(name)} json NOT NULL, id int PRIMARY KEY)`);
      const tables = await read(database.url, database.name);
      expect(tables.map(({name}) => name.name).sort()).toEqual([...names].sort());
      for (const {name, columns, key} of tables) {
        expect(columns.map((one) => [one.name, one.type])).toEqual([
          [name.name, 'json'],
          ['id', int('int', 11)],
        ]);
        expect(key).toEqual(['id']);
      }
    });

    const withOwnKeys = isMariadb ? undefined : test; // MariaDB makes none
    withOwnKeys?.('a key that the server made by itself is read like any other (H-58)', async () => {
      await using database = await mysqlDatabase(server);
      // As an administrator may have it: then only a session that asks for them is shown such columns.
      await database.run(
        'SET GLOBAL show_gipk_in_create_table_and_information_schema = OFF',
        'SET SESSION sql_generate_invisible_primary_key = ON',
        'CREATE TABLE t (a int)',
      );
      const [table] = await read(database.url, database.name);
      await database.run('SET GLOBAL show_gipk_in_create_table_and_information_schema = ON');
      expect(table).toMatchObject({key: ['my_row_id'], columns: [{name: 'my_row_id', identity: 'by-default'}, {name: 'a'}]});
    });

    test('the server says who it is, and another one says something else', async () => {
      await using database = await mysqlDatabase(server);
      const identity = await mysqlIdentity(database.session);
      expect(identity).toMatchObject({
        database: database.name,
        role: 'administrator@127.0.0.1',
        versionText: expect.stringContaining(request.version ?? ''),
      });
      expect(Math.floor(identity.version / 100)).toBe(
        Number(request.version?.split('.')[0]) * 100 + Number(request.version?.split('.')[1]),
      );
      expect(await mysqlIdentity(database.session)).toEqual(identity);
      for (const other of await hadServers()) {
        if (!other.server || other.server.url === server?.url) continue;
        await using elsewhere = await mysqlDatabase(other.server);
        expect((await mysqlIdentity(elsewhere.session)).systemId).not.toBe(identity.systemId);
      }
    });

    test('the inventory counts what there is', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        'CREATE TABLE t (id int PRIMARY KEY, a int, KEY (a))',
        'CREATE VIEW v AS SELECT id FROM t',
        'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
      );
      const sessions = new MySessions(optionsFor(database.url), request.flavour);
      const found = await mysqlCatalog(sessions).inventory([]);
      await sessions.close();
      const count = (kind: string): number => found.objects.find((one) => one.kind === kind)?.count ?? 0;
      expect([count('tables'), count('indexes'), count('views'), count('events')].every((one) => one >= 1)).toBe(true);
      expect(found).toMatchObject({hasChecksums: true, connections: {max: 300}, openTransactions: {count: expect.any(Number)}});
      expect(found.databaseBytes).toBeGreaterThan(0);
      expect(found.logBytes).toBeGreaterThan(0);
    });
  });
}
