import {describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import type {Side} from '../../model/side.ts';
import type {Table} from '../../model/table.ts';
import type {Grant} from '../engine.ts';
import {mysqlFindings} from './mysql-findings.ts';
import {mysqlGrants} from './mysql-grants.ts';
import {MySession} from './mysql-session.ts';

const tableOf = (schema: string, name: string): Table => ({
  name: {schema, name},
  columns: [],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

/** Of a session that logs in anew, because rights on the whole server count from the next login on. */
const printed = async (url: string, as: Side, tables: readonly Table[]): Promise<readonly Grant[]> => {
  const session = await MySession.open(optionsFor(url, {}, as), 'doctor');
  try {
    return await mysqlGrants(session, as, tables, {endsBlockers: false, triesSchema: true});
  } finally {
    await session.close();
  }
};

const phases = (grants: readonly Grant[]): readonly string[] => [...new Set(grants.map(({phase}) => phase))];
const grantAll = (database: MysqlDatabase, grants: readonly Grant[]): Promise<void> =>
  database.run(...grants.map(({statement}) => statement));

for (const {title, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test.each(['source', 'target'] as const)(
      'what is printed for an account without rights is enough, and nothing is missing after it: %s',
      async (as) => {
        await using database = await mysqlDatabase(server, undefined);
        await database.run('CREATE TABLE t (id int PRIMARY KEY)');
        const tables = [tableOf(database.name, 't')];
        const {url} = await newAccount(database);
        const before = await printed(url, as, tables);
        // Whether the server trusts accounts with triggers is for all of them.
        expect(before.filter(({isHeld, statement}) => isHeld && statement.startsWith('GRANT'))).toEqual([]);
        expect(phases(before)[0]).toBe('assess');
        await grantAll(database, before);
        expect((await printed(url, as, tables)).filter(({isHeld}) => !isHeld)).toEqual([]);
        const session = await MySession.open(optionsFor(url, {}, as), 'doctor');
        const found = await mysqlFindings(session, as, tables);
        await session.close();
        expect(found.filter(({severity}) => severity === 'refuse')).toEqual([]);
      },
    );

    test('with what is printed, and nothing else, an account makes our schema, writes rows, and asks for the place in the log', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
      const {url} = await newAccount(database);
      await grantAll(database, await printed(url, 'source', [tableOf(database.name, 't')]));
      const session = await MySession.open(optionsFor(url), 'work');
      const own = `crossfade.${database.name}`;
      await session.query('CREATE DATABASE IF NOT EXISTS crossfade');
      for (const statement of [
        `CREATE TABLE ${own} (id int PRIMARY KEY)`,
        `INSERT INTO ${own} VALUES (1)`,
        `UPDATE ${own} SET id = 2`,
        `DROP TABLE ${own}`,
      ])
        await session.query(statement);
      for (const statement of ['INSERT INTO t VALUES (2)', 'UPDATE t SET id = 3 WHERE id = 2', 'DELETE FROM t WHERE id = 3'])
        await session.query(statement.replace(/ t\b/, ` ${database.name}.t`));
      expect((await session.query(session.flavour.logStatus)).rows).toHaveLength(1);
      await session.close();
    });

    test('without any right the missing ones are the findings, and nothing else goes wrong', async () => {
      await using database = await mysqlDatabase(server);
      const {url} = await newAccount(database);
      const session = await MySession.open(optionsFor(url), 'doctor');
      const found = await mysqlFindings(session, 'source', [tableOf(database.name, 't')]);
      await session.close();
      expect([...new Set(found.filter(({severity}) => severity === 'refuse').map(({code}) => code))]).toEqual(['CF-GRANT-001']);
    });

    test('rights that come with a role count, and those on every table as much as those on the schema', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY)', 'CREATE TABLE u (id int PRIMARY KEY)');
      const tables = [tableOf(database.name, 't'), tableOf(database.name, 'u')];
      const {name, url} = await newAccount(database);
      const role = `\`${database.name}_role\``;
      const isMariadb = database.session.flavour.name === 'mariadb';
      await database.run(
        `CREATE ROLE ${role}`,
        `GRANT REPLICATION SLAVE ON *.* TO ${role}`,
        `GRANT ${role} TO ${name}`,
        `SET DEFAULT ROLE ${role} ${isMariadb ? 'FOR' : 'TO'} ${name}`,
        `GRANT INSERT, UPDATE, DELETE ON ${database.name}.t TO ${name}`,
      );
      const held = async (): Promise<readonly string[]> =>
        (await printed(url, 'source', tables)).filter(({isHeld, statement}) => isHeld && statement.startsWith('GRANT')).map(({why}) => why);
      expect(await held()).toEqual(['to read the change stream']);
      await database.run(`GRANT INSERT, UPDATE, DELETE ON ${database.name}.u TO ${name}`);
      expect(await held()).toEqual([`to write the rows of ${database.name} that come from the other side`, 'to read the change stream']);
    });
  });
}
