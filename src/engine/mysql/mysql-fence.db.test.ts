/** The fence of a side (hazards §3.2, §3.3; decision 0021), tried by clients of every kind. */
import {describe, expect, test} from 'vitest';
import {type App, type FencedSide, fencedSide} from '../../../test/support/mysql-fenced.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {AttemptOver} from '../engine.ts';
import type {RowFilter} from '../../model/row-filter.ts';
import {MysqlFence} from './mysql-fence.ts';
import {attemptRow} from './mysql-fence-schema.ts';

const LONG_MS = 600_000;
const REFUSED = {errno: 1290, sqlState: '25006'};

const SCHEMA = [
  `CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL, note varchar(50))`,
  `CREATE TABLE part (id int PRIMARY KEY, n int NOT NULL) PARTITION BY HASH (id) PARTITIONS 3`,
  `CREATE TABLE other (id int PRIMARY KEY, n int)`,
  `CREATE VIEW items AS SELECT id, n FROM item`,
  `CREATE PROCEDURE add_item (i int) INSERT INTO item VALUES (i, 0, 'p')`,
  `INSERT INTO item VALUES (1, 0, 'a'), (2, 0, 'b')`,
  `INSERT INTO part VALUES (1, 0), (2, 0)`,
  `INSERT INTO other VALUES (1, 0), (50, 0)`,
];

const refused = (app: App, statement: string) => expect(app.run(statement), statement).rejects.toMatchObject(REFUSED);

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(had.title, () => {
    const side = (): Promise<FencedSide> => fencedSide(had, ...SCHEMA);
    const raise = async (here: FencedSide, attempt = 1, budgetMs = LONG_MS) =>
      here.fence.raise({tables: await here.tables('item', 'part'), attempt, epoch: 1, budgetMs, marker: 'm'});
    const states = async (here: FencedSide) => (await here.fence.rows()).map(({epoch, state}) => [epoch, state]);
    const triggers = async (here: FencedSide) =>
      (await here.database.rows(`SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = '${here.database.name}'`))[0]?.[0];

    test('armed, everybody passes; raised, writes are refused however they come, reads and other tables are not (Y7)', async () => {
      await using here = await side();
      const app = await here.app();
      await app.run(`PREPARE earlier FROM 'UPDATE item SET n = n + 1 WHERE id = 2'`);
      await here.fence.arm(await here.tables('item', 'part'), 0);
      await app.run('INSERT INTO item VALUES (3, 0, NULL)', 'EXECUTE earlier', 'DELETE FROM part WHERE id = 2');
      await raise(here);
      const before = await app.rows('SELECT * FROM item');
      for (const statement of [
        `INSERT INTO item VALUES (10, 0, '')`,
        `INSERT IGNORE INTO item VALUES (10, 0, '')`,
        `INSERT INTO item SELECT id + 100, n, '' FROM other`,
        `INSERT IGNORE INTO item SELECT id + 100, n, '' FROM other`,
        `INSERT INTO item VALUES (1, 0, '') ON DUPLICATE KEY UPDATE n = 9`,
        `REPLACE INTO item VALUES (1, 9, '')`,
        `UPDATE item SET n = 9`,
        `UPDATE IGNORE item SET n = 9`,
        `UPDATE item JOIN other ON other.id = item.id SET item.n = 9, other.n = 9`,
        `DELETE FROM item`,
        `DELETE IGNORE FROM item WHERE id = 1`,
        `DELETE item, other FROM item JOIN other ON other.id = item.id`,
        `UPDATE items SET n = 9`,
        `CALL add_item(10)`,
        `EXECUTE earlier`,
        `INSERT INTO part VALUES (10, 0)`,
        `UPDATE part PARTITION (p1) SET n = 9`,
        `DELETE FROM part`,
      ])
        await refused(app, statement);
      for (const setting of [
        `sql_mode = ''`,
        'sql_log_bin = 0',
        'foreign_key_checks = 0',
        'timestamp = 2000000000',
        `time_zone = '+13:00'`,
      ]) {
        const other = await here.app();
        await other.run(`SET SESSION ${setting}`);
        await refused(other, 'UPDATE item SET n = 9');
      }
      await app.run('LOCK TABLES item WRITE');
      await refused(app, 'DELETE FROM item');
      await app.run('UNLOCK TABLES', 'UPDATE other SET n = 5');
      expect(await app.rows('SELECT * FROM item')).toEqual(before);
      expect(await app.rows('SELECT id FROM item FOR UPDATE')).toHaveLength(3);
      const writer = await here.writer();
      await writer.run(`UPDATE item SET n = 7 WHERE id = 1`, 'DELETE FROM part WHERE id = 1', `INSERT INTO item VALUES (10, 7, '')`);
      await app.run(`SET @crossfade_writer = 'a guess'`);
      await refused(app, 'UPDATE item SET n = 9');
    });

    test('it waits for open writers and for no reader; called off, nothing of it is left', async () => {
      await using here = await side();
      await here.fence.arm(await here.tables('item', 'part'), 0);
      const [writer, reader, app] = [await here.app(), await here.app(), await here.app()];
      await writer.run('BEGIN', 'UPDATE item SET n = 1 WHERE id = 1');
      await reader.run('BEGIN', 'SELECT * FROM item', 'SELECT * FROM part');
      await expect(raise(here)).rejects.toMatchObject({code: 'CF-CUT-001'});
      expect(await states(here)).toEqual([]);
      await app.run('UPDATE item SET n = 2 WHERE id = 2');
      await writer.run('COMMIT');
      await raise(here);
      await refused(app, 'UPDATE item SET n = 3');
    });

    test.each(['REPEATABLE READ', 'READ COMMITTED'])(
      'a transaction of %s that began before the fence is refused, and keeps no decision waiting (§3.3)',
      async (isolation) => {
        await using here = await side();
        await here.fence.arm(await here.tables('item', 'part'), 0);
        const [old, app] = [await here.app(), await here.app()];
        await old.run(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`, 'START TRANSACTION', 'SELECT * FROM other');
        await raise(here);
        // From 11.6 on MariaDB says to a snapshot that the attempt is newer than itself: begin again.
        await expect(old.run('UPDATE item SET n = 9 WHERE id = 1')).rejects.toSatisfy(({errno}) => errno === 1290 || errno === 1020);
        await refused(old, 'INSERT INTO item VALUES (10, 0, NULL)');
        expect(await here.fence.commit(1, 1)).toBe('committed');
        await here.fence.open(1);
        await old.run('ROLLBACK');
        await app.run('UPDATE item SET n = 4 WHERE id = 1');
      },
    );

    test('a transaction that began before the triggers stood passes them', async () => {
      await using here = await side();
      await here.database.run(attemptRow(here.migration.short));
      const old = await here.app();
      await old.run('START TRANSACTION', 'SELECT * FROM other');
      await here.fence.arm(await here.tables('item', 'part'), 0);
      await old.run('UPDATE item SET n = 9 WHERE id = 1', 'COMMIT');
      expect(await old.rows('SELECT n FROM item WHERE id = 1')).toEqual([[9]]);
    });

    test('a client that sits in LOCK TABLES calls an attempt off at most, and its own writes are refused', async () => {
      await using here = await side();
      await raise(here);
      const [sitting, app] = [await here.app(), await here.app()];
      await sitting.run('LOCK TABLES item WRITE');
      await refused(sitting, 'UPDATE item SET n = 9');
      const decision = await here.fence.commit(1, 1).catch((error: {errno?: number}) => error.errno);
      expect(decision).toBe(had.request.flavour === 'mysql' ? 1205 : 'committed');
      await sitting.run('UNLOCK TABLES');
      expect(await here.fence.release(1)).toBe(decision === 'committed' ? 'committed' : 'released');
      await here.fence.open(1);
      await app.run('UPDATE item SET n = 9');
    });

    test('at its deadline it opens by itself and can no longer be decided; a writer that came late is waited for', async () => {
      await using here = await side();
      await raise(here, 1, 1);
      const app = await here.app();
      await untilTrue('the deadline has passed', async () => (await here.fence.rows()).every(({remainingMs}) => remainingMs < 0));
      await app.run('BEGIN', 'UPDATE item SET n = 1 WHERE id = 1');
      await expect(here.fence.commit(1, 1)).rejects.toMatchObject({errno: 1205});
      await app.run('COMMIT');
      expect(await here.fence.commit(1, 1)).toMatchObject({refused: expect.stringContaining('to the deadline')});
      expect(await here.fence.release(1)).toBe('released');
      await raise(here, 2);
      await refused(app, 'UPDATE item SET n = 1 WHERE id = 1');
    });

    test('decided, it stays closed beyond its deadline, and a release answers so; opening needs the epoch (K3, K4)', async () => {
      await using here = await side();
      const app = await here.app();
      await raise(here, 1, 60_000);
      expect(await here.fence.commit(1, 2)).toMatchObject({refused: expect.stringContaining('epoch 1 is current')});
      expect(await here.fence.commit(1, 1)).toBe('committed');
      await here.database.run(`UPDATE crossfade.fence SET deadline = '2000-01-01' WHERE migration = '${here.migration.short}'`);
      await refused(app, 'UPDATE item SET n = 1');
      expect(await here.fence.release(1)).toBe('committed');
      await expect(here.fence.open(7)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      await refused(app, 'UPDATE item SET n = 1');
      await here.fence.open(1);
      await app.run('UPDATE item SET n = 1');
    });

    test('an attempt that was ended before its fence gets none; a runner that was replaced raises none (K1, K2)', async () => {
      await using here = await side();
      expect(await here.fence.release(1)).toBe('released');
      await expect(raise(here)).rejects.toBeInstanceOf(AttemptOver);
      const tables = await here.tables('item');
      await expect(here.fence.raise({tables, attempt: 2, epoch: 9, budgetMs: LONG_MS, marker: 'm'})).rejects.toMatchObject({
        code: 'CF-LEASE-002',
      });
      await (await here.app()).run('UPDATE item SET n = 1');
      await raise(here, 3);
      await Promise.all([here.fence.release(3), here.fence.release(3), here.fence.release(4), here.fence.release(4)]);
      expect(await states(here)).toEqual([
        [1, 'released'],
        [3, 'released'],
        [4, 'released'],
      ]);
    });

    test('a target is closed from the start, opens by a decision, and its triggers go when nobody needs them', async () => {
      await using here = await side();
      const app = await here.app();
      const tables = await here.tables('item', 'part');
      await here.fence.closeFromStart(tables);
      await here.fence.closeFromStart(tables);
      await refused(app, 'UPDATE item SET n = 1');
      await here.fence.clean(tables);
      await refused(app, 'UPDATE item SET n = 1');
      await here.fence.open(1);
      await app.run('UPDATE item SET n = 1');
      await here.fence.closeFromStart(tables);
      await app.run('UPDATE item SET n = 2');
      await here.fence.clean(tables);
      expect(await triggers(here)).toEqual(0);
      await raise(here, 5);
      await refused(app, 'UPDATE item SET n = 1');
      await here.fence.remove(tables);
      await app.run('UPDATE item SET n = 1');
    });

    test('a clean-up of a runner that was replaced leaves a new fence alone, and waits for nobody', async () => {
      await using here = await side();
      const app = await here.app();
      const tables = await here.tables('item', 'part');
      await raise(here);
      await here.fence.release(1);
      await app.run('BEGIN', 'UPDATE item SET n = 1');
      expect(await here.fence.clean(tables)).toEqual([tables[0]?.name]);
      expect(await triggers(here)).toEqual(3);
      await app.run('COMMIT');
      await raise(here, 2);
      await new MysqlFence(here.sessions, here.migration).clean(tables);
      await refused(app, 'UPDATE item SET n = 1');
      await refused(app, 'UPDATE part SET n = 1');
    });

    test('of a table of which some rows are moved, the others are written on (decision 0012)', async () => {
      await using here = await fencedSide(
        had,
        `CREATE TABLE notes (id int PRIMARY KEY, tenant int, word varchar(20) CHARACTER SET latin1)`,
        `INSERT INTO notes VALUES (1, 7, 'a'), (2, 8, 'b')`,
      );
      const only: RowFilter = [{column: 'tenant', kind: 'in', values: ['7']}];
      const tables = (await here.tables('notes')).map((table) => ({...table, only}));
      await here.fence.raise({tables, attempt: 1, epoch: 1, budgetMs: LONG_MS, marker: 'm'});
      const app = await here.app();
      for (const statement of [
        `INSERT INTO notes VALUES (3, 7, 'c')`,
        `UPDATE notes SET word = 'x'`,
        `UPDATE notes SET tenant = 8 WHERE id = 1`,
        `UPDATE notes SET tenant = 7 WHERE id = 2`,
        `DELETE FROM notes WHERE id = 1`,
        `REPLACE INTO notes VALUES (1, 8, 'x')`,
      ])
        await refused(app, statement);
      await app.run(
        `INSERT INTO notes VALUES (3, 8, 'é'), (4, NULL, '')`,
        `UPDATE notes SET word = 'y' WHERE id = 2`,
        'DELETE FROM notes WHERE id = 4',
      );
      expect(await app.rows('SELECT * FROM notes')).toEqual([
        [1, 7, 'a'],
        [2, 8, 'y'],
        [3, 8, 'é'],
      ]);
    });
  });
}
