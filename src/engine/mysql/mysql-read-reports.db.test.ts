import mysql from 'mysql2/promise';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, newAccount} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import {openReceiver, receivingStory} from '../../../test/support/mysql-receiver.ts';
import {ownMysqlServer} from '../../../test/support/mysql-servers.ts';
import {addReads, NO_READS} from '../../model/read-tally.ts';
import type {Mysql2Statements} from '../../router/mysql2-connection.ts';
import {mysql2Dual} from '../../router/mysql2-dual.ts';
import {MysqlReadReports} from './mysql-read-reports.ts';

const OUTBOX = 'router char(36), connection int, n bigint NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (router, connection)';

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`reports of reads on ${had.title}`, () => {
    test('an outbox is one of its shape that keeps what it was given, and that its application may write', async () => {
      await using story = await receivingStory(had);
      const {database} = story;
      const reports = new MysqlReadReports(story.sessions, story.migration);
      const account = await newAccount(database);
      const role = account.name.replaceAll("'", '');
      const fault = (name: string) => reports.outboxFault({schema: database.name, name}, role);
      await database.run(
        `CREATE TABLE good (${OUTBOX}, note varchar(9))`,
        `CREATE TABLE keyless (${OUTBOX.replace('(router, connection)', '(connection, router)')})`,
        `CREATE TABLE narrow (${OUTBOX.replace('n bigint', 'n int')})`,
        `CREATE TABLE loose (${OUTBOX}) ENGINE = MyISAM`,
        `GRANT SELECT, INSERT ON ${database.name}.good TO ${account.name}`,
      );
      expect(await fault('nowhere')).toBe('is not there');
      expect(await fault('keyless')).toBe('has not the primary key (router, connection)');
      expect(await fault('narrow')).toContain('has not the columns connection int');
      expect(await fault('loose')).toBe('is not a table of InnoDB');
      expect(await fault('good')).toBe(`may not be read and written by ${role}`);
      await database.run(`GRANT UPDATE ON ${database.name}.good TO ${account.name}`);
      expect(await fault('good')).toBeUndefined();
    });

    test('who is allowed to follows the route and reports under it, and the newest report of each router counts', async () => {
      await using story = await receivingStory(had);
      const account = await newAccount(story.database);
      await story.control.writeRoute({
        epoch: 1,
        side: 'source',
        state: 'open',
        holdMs: undefined,
        readPercent: 10,
        dual: {shadowPercent: 5},
      });
      expect(await story.control.readRoute()).toMatchObject({readPercent: 10, dual: {shadowPercent: 5}});
      const reports = new MysqlReadReports(story.sessions, story.migration);
      await reports.allow(account.name.replaceAll("'", ''));
      const client = await mysql.createConnection(loginOf(account.url));
      const {short} = story.migration;
      const dual = mysql2Dual('shop.outbox');
      const statements: Mysql2Statements = {
        query: (sql, values) => (typeof sql === 'string' ? client.query(sql, values) : client.query(sql, values)),
        execute: () => Promise.reject(new Error('not used')),
      };
      const report = (router: string, version: number, equal: number, tally = JSON.stringify({equal})) =>
        dual.report(statements, {migration: short, router, version, tally});
      await report('one', 7, 1);
      await report('one', 7, 2);
      await report('two', 7, 4);
      await report('two', 8, 8);
      await expect(report('three', 7, 1, '{'), 'what is no report at all').rejects.toThrow();
      const tallies = await reports.reports(7);
      expect(tallies.reduce(addReads, NO_READS)).toEqual({...NO_READS, equal: 6});
      await client.end();
      await expect(reports.allow('nobody@%')).rejects.toMatchObject({
        code: 'CF-READ-003',
        next: expect.stringContaining('create the account'),
      });
    });
  });

  test.skipIf(!had.server)(`a route that an earlier version has made gets what it lacks (${had.title})`, async () => {
    const server = await ownMysqlServer(had.request);
    await using database = await mysqlDatabase(server);
    const side = openReceiver(database, had);
    await side.control.install();
    await database.run('DROP TABLE crossfade.read_report', 'ALTER TABLE crossfade.route DROP COLUMN shadow_percent');
    await database.run('BEGIN', 'SELECT * FROM crossfade.route');
    await expect(side.control.install(), 'somebody stays on it').rejects.toMatchObject({code: 'CF-DDL-002'});
    await database.run('COMMIT');
    await side.control.install();
    await side.control.writeRoute({epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent: 0, dual: {shadowPercent: 9}});
    expect(await side.control.readRoute()).toMatchObject({dual: {shadowPercent: 9}});
    await side.control.writeRoute({epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent: 0});
    expect((await side.control.readRoute())?.dual).toBeUndefined();
    await side.close();
    await server.stop();
  });
}
