/** The locks that `plan` announces are those that the server takes. */
import mysql from 'mysql2/promise';
import {describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {LOCK_MODES, tableLocks, type TableLock} from './mysql-locks.ts';

const SCHEMA = [
  'CREATE TABLE author (id int PRIMARY KEY, name text)',
  'CREATE TABLE book (id int AUTO_INCREMENT PRIMARY KEY, author int, title varchar(40), KEY by_title (title))',
  'CREATE TRIGGER standing BEFORE INSERT ON book FOR EACH ROW SET NEW.author = 1',
];

/** `@` is the schema. */
const ROWS = [
  'SELECT * FROM @.book',
  "SELECT count(*) FROM (SELECT id FROM `@`.`book` WHERE title <> 'FROM @.author') AS one",
  'SELECT * FROM @.book FOR UPDATE',
  'SELECT 1 FROM @.book LOCK IN SHARE MODE',
  'INSERT INTO @.book (author) SELECT id FROM @.author',
  'REPLACE INTO @.book (id) VALUES (1)',
  "UPDATE @.book SET title = 'x'",
  'DELETE FROM @.book WHERE id = 3 LIMIT 10',
];
const DDL = [
  'CREATE TRIGGER `@`.fence BEFORE UPDATE ON `@`.`book` FOR EACH ROW BEGIN DECLARE n int; SELECT count(*) INTO n FROM @.author; END',
  'ALTER TABLE @.book AUTO_INCREMENT = 100',
  'ALTER TABLE `@`.`book` ADD COLUMN isbn text',
  'CREATE INDEX by_author ON @.book (author)',
  'DROP INDEX by_title ON @.book',
  'TRUNCATE TABLE @.book',
  'DROP TABLE IF EXISTS @.book',
];

/** MariaDB tells them only where it is told to. */
const TELLING = {'performance-schema': 'ON', 'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON'};

describe.each(await hadServers(({flavour}) => (flavour === 'mariadb' ? TELLING : undefined)))('$title', (had) => {
  test.skipIf(!had.server)('every statement takes the locks that are announced for it, and no stronger one', async () => {
    await using database = await mysqlDatabase(had.server);
    await database.run(...SCHEMA);
    await using other = await client(database);
    for (const sql of ROWS.map((text) => text.replaceAll('@', database.name))) {
      await other.run('START TRANSACTION', sql);
      expect({sql, locks: strongest(await locksOf(database, other.id))}).toEqual({sql, locks: announced(sql)});
      await other.run('ROLLBACK');
    }
  });

  test.skipIf(!had.server)('what alters a table waits for whoever has read it', async () => {
    await using database = await mysqlDatabase(had.server);
    await database.run(...SCHEMA);
    await using reader = await client(database);
    await reader.run('START TRANSACTION', 'SELECT * FROM book');
    for (const sql of DDL.map((text) => text.replaceAll('@', database.name))) {
      await using other = await client(database);
      const altered = other.run(sql).then(
        () => 'it did not wait',
        () => 'ended',
      );
      await untilTrue(`the lock of ${sql}`, async () => isAsked(await locksOf(database, other.id), announced(sql)));
      await database.run(`KILL ${other.id}`);
      expect(await altered).toBe('ended');
    }
  });
});

type Client = AsyncDisposable & {readonly id: number; run(...statements: readonly string[]): Promise<void>};

const client = async ({url}: MysqlDatabase): Promise<Client> => {
  const connection = await mysql.createConnection(loginOf(url));
  connection.on('error', () => undefined); // it is ended
  return {
    id: connection.threadId,
    run: async (...statements) => {
      for (const statement of statements) await connection.query(statement);
    },
    [Symbol.asyncDispose]: async () => connection.destroy(),
  };
};

const locksOf = async (database: MysqlDatabase, session: number): Promise<readonly TableLock[]> => {
  const rows = await database.rows(
    `SELECT m.lock_type, concat(m.object_schema, '.', m.object_name) FROM performance_schema.metadata_locks m
       JOIN performance_schema.threads t ON t.thread_id = m.owner_thread_id WHERE t.processlist_id = ${session} AND m.object_type = 'TABLE'`,
  );
  // Others are kept too, such as SHARED_UPGRADABLE on the way to EXCLUSIVE; none of ours may be weaker than what is taken.
  return rows.map(([mode, on]) => ({mode: mode as TableLock['mode'], on: String(on)}));
};

const strongest = (locks: readonly TableLock[]): readonly TableLock[] => {
  const found = new Map<string, TableLock>();
  for (const lock of locks) {
    const known = found.get(lock.on);
    if (!known || LOCK_MODES.indexOf(lock.mode) > LOCK_MODES.indexOf(known.mode)) found.set(lock.on, lock);
  }
  return [...found.values()].toSorted((a, b) => (a.on < b.on ? -1 : 1));
};

const announced = (sql: string): readonly TableLock[] => strongest(tableLocks(sql));

const isAsked = (taken: readonly TableLock[], wanted: readonly TableLock[]): boolean =>
  wanted.length > 0 && wanted.every((lock) => taken.some(({mode, on}) => mode === lock.mode && on === lock.on));
