/**
 * The fence of a table of which only tenant 7 is moved: everything that hazards §3.2 and §3.3 say of the fence of a whole
 * table holds for the rows of that tenant, and for nobody else's.
 */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {ifHad, postgresServer, type PostgresVersion} from '../../../test/support/servers.ts';
import {storyDatabase, type StoryDatabase} from '../../../test/support/story-database.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {RowFilter} from '../../model/row-filter.ts';
import type {Table} from '../../model/table.ts';

const SCHEMA = [
  `CREATE TABLE tenants (id int PRIMARY KEY)`,
  `CREATE TABLE notes (id int PRIMARY KEY, tenant int NOT NULL, said date, body text, CONSTRAINT of_tenant FOREIGN KEY (tenant) REFERENCES tenants ON UPDATE CASCADE ON DELETE CASCADE)`,
  `CREATE TABLE visits (id int, tenant int, PRIMARY KEY (id)) PARTITION BY RANGE (id)`,
  `CREATE TABLE visits_low PARTITION OF visits FOR VALUES FROM (0) TO (100)`,
  `CREATE TABLE visits_high PARTITION OF visits FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id)`,
  `CREATE TABLE visits_higher PARTITION OF visits_high FOR VALUES FROM (100) TO (150)`,
  `INSERT INTO tenants VALUES (7), (8), (9)`,
  `INSERT INTO notes VALUES (1, 7, '2024-02-29', 'a'), (2, 8, '2024-02-29', 'b'), (3, 8, '2024-03-01', 'c')`,
  `INSERT INTO visits VALUES (1, 7), (2, 8), (101, 7), (102, 8)`,
];
const REFUSED = {code: '25006'};
const TENANT_7: RowFilter = [{column: 'tenant', kind: 'in', values: ['7']}];
const LONG_MS = 600_000;

describe.each<PostgresVersion>([14, 15, 17, 18])('on PostgreSQL %i', async (version) => {
  const server = await ifHad(() => postgresServer({version}));

  describe.skipIf(!server)('rows of one tenant', () => {
    let side: TestSide;
    let app: StoryDatabase;
    let tables: Table[];
    let attempt = 0;

    beforeEach(async () => {
      side = await openSide('source', await (await postgresServer({version})).createDatabase());
      app = await storyDatabase(side.url);
      await side.run(...SCHEMA);
      const {control} = side.database;
      await control.install();
      await control.lock('test');
      await control.raiseEpoch(1, 'test');
      tables = await partial(TENANT_7);
      attempt = 1;
    });
    afterEach(async () => {
      await app.close();
      await side.close();
    });

    const partial = async (only: RowFilter): Promise<Table[]> =>
      [await side.table('notes'), await side.table('visits')].map((table) => ({...table, only}));
    const raise = (budgetMs = LONG_MS) => side.database.fence.raise({tables, attempt, epoch: 1, budgetMs, marker: 'm'});
    const refused = (statement: string) => expect(app.run(statement), statement).rejects.toMatchObject(REFUSED);

    test('writes that meet a moved row are refused, however they come, and every other write goes on', async () => {
      await raise();
      for (const statement of [
        `INSERT INTO notes VALUES (10, 7)`,
        `INSERT INTO notes SELECT n, 7 + n % 2 FROM generate_series(20, 29) n`,
        `UPDATE notes SET body = 'x' WHERE id = 1`,
        `UPDATE notes SET tenant = 8 WHERE id = 1`,
        `UPDATE notes SET tenant = 7 WHERE id = 2`,
        `UPDATE notes SET body = body`,
        `DELETE FROM notes WHERE id = 1`,
        `INSERT INTO notes VALUES (1, 8) ON CONFLICT (id) DO UPDATE SET body = 'x'`,
        `WITH gone AS (DELETE FROM notes WHERE id = 1 RETURNING id) SELECT * FROM gone`,
        `DELETE FROM tenants WHERE id = 7`,
        `UPDATE tenants SET id = 70 WHERE id = 7`,
        `SET session_replication_role = replica; UPDATE notes SET body = 'x' WHERE id = 1`,
        `TRUNCATE notes`,
        `TRUNCATE tenants CASCADE`,
        `TRUNCATE visits_low`,
        `INSERT INTO visits VALUES (110, 7)`,
        `INSERT INTO visits_higher VALUES (110, 7)`,
        `UPDATE visits SET id = 120 WHERE id = 1`,
        `UPDATE visits SET tenant = 8 WHERE id = 101`,
        `DELETE FROM visits_low WHERE id = 1`,
      ])
        await refused(statement);
      await app.run(
        'RESET session_replication_role',
        `INSERT INTO notes VALUES (11, 8)`,
        `UPDATE notes SET body = 'x', tenant = 9 WHERE id = 2`,
        `UPDATE notes SET body = 'y' WHERE tenant = 8`,
        `INSERT INTO notes VALUES (11, 9) ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant`,
        `DELETE FROM notes WHERE id = 3`,
        `DELETE FROM tenants WHERE id = 8`,
        `UPDATE visits SET id = 130 WHERE id = 2`,
        `INSERT INTO visits VALUES (111, NULL)`,
        `DELETE FROM visits WHERE id = 102`,
      );
      expect(await app.rows(`SELECT id, tenant, body FROM notes ORDER BY 1`)).toEqual([
        ['1', '7', 'a'],
        ['2', '9', 'x'],
        ['11', '9', 'y'],
      ]);
      expect(await app.value(`SELECT string_agg(id || ' ' || tenant, ', ' ORDER BY id) FROM visits`)).toBe('1 7, 101 7, 130 8');
    });

    test('what the tables’ own triggers make of a row counts, and so does a partition that is added later', async () => {
      await side.run(
        `CREATE FUNCTION to_seven() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.tenant := 7; RETURN NEW; END'`,
        `CREATE TRIGGER zzz BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION to_seven()`,
      );
      await raise();
      await refused(`INSERT INTO notes VALUES (10, 8)`);
      await app.run(`CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM (200) TO (300)`, `INSERT INTO visits VALUES (201, 8)`);
      await refused(`INSERT INTO visits VALUES (202, 7)`);
      await refused(`INSERT INTO visits_new VALUES (202, 7)`);
    });

    test('settings of a session change nothing', async () => {
      tables = [{...(await side.table('notes')), only: [{column: 'said', kind: 'in', values: ['2024-02-29']}]}];
      await raise();
      for (const style of ['German', 'SQL, DMY', 'ISO, YMD']) {
        await app.run(`SET DateStyle = '${style}'`);
        await refused(`UPDATE notes SET body = 'x' WHERE id = 1`);
        await refused(`UPDATE notes SET said = '2024-02-29'::date WHERE id = 3`);
      }
      await app.run(`UPDATE notes SET body = 'x' WHERE id = 3`);
    });

    test('it waits for a transaction that wrote before it, and gives up in time', async () => {
      await app.run('BEGIN', `UPDATE notes SET body = 'early' WHERE id = 1`);
      await expect(raise()).rejects.toMatchObject({code: 'CF-CUT-001'});
      await app.run('COMMIT');
      await raise();
      expect(await app.value(`SELECT body FROM notes WHERE id = 1`)).toBe('early');
      await refused(`UPDATE notes SET body = 'late' WHERE id = 1`);
    });

    test('a snapshot older than the fence’s row is refused, and not for rows of others', async () => {
      await app.run('BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT FROM notes');
      await raise();
      expect(await side.database.fence.release(attempt)).toBe('released');
      await app.run(`UPDATE notes SET body = 'x' WHERE id = 2`, 'SAVEPOINT one');
      await refused(`UPDATE notes SET body = 'x' WHERE id = 1`);
      await app.run('ROLLBACK TO SAVEPOINT one', 'COMMIT', `UPDATE notes SET body = 'x' WHERE id = 1`);
      expect(await app.value(`SELECT count(*) FROM notes WHERE body = 'x'`)).toBe('2');
    });

    test('a snapshot that sees the fence up is refused after its decision', async () => {
      await raise();
      await app.run('BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT FROM notes');
      expect(await side.database.fence.commit(attempt, 1)).toBe('committed');
      await refused(`UPDATE notes SET body = 'x' WHERE id = 1`);
      await app.run('ROLLBACK');
    });

    test('a writer after the deadline makes the decision wait and fail', async () => {
      await raise(0);
      await app.run('BEGIN', `UPDATE notes SET body = 'late' WHERE id = 1`);
      const decision = side.database.fence.commit(attempt, 1);
      await untilTrue('the decision waits for the writer', isSomebodyWaiting);
      await app.run('COMMIT');
      expect(await decision).toMatchObject({refused: expect.any(String)});
    });

    test('a writer that comes while it is decided waits, and is refused', async () => {
      await raise(0);
      await side.run('BEGIN', 'SELECT FROM crossfade.fence FOR UPDATE');
      const writing = app.run(`UPDATE notes SET body = 'late' WHERE id = 1`);
      writing.catch(() => undefined); // awaited below
      await untilTrue('the writer waits', isSomebodyWaiting);
      await side.run(`UPDATE crossfade.fence SET state = 'committed'`, 'COMMIT');
      await expect(writing).rejects.toMatchObject(REFUSED);
    });

    test('opened again, everybody writes, and nothing of it is left', async () => {
      await raise();
      await side.database.fence.open(1);
      await app.run(`UPDATE notes SET body = 'x'`, `UPDATE visits SET tenant = 8`);
      await side.database.fence.clean(tables);
      expect(await app.value(`SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'crossfade%'`)).toBe('0');
      attempt = 2;
      await raise();
      await side.database.fence.remove(tables);
      expect(await app.value(`SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'crossfade%'`)).toBe('0');
    });

    const isSomebodyWaiting = async (): Promise<boolean> => {
      const watcher = await storyDatabase(side.url);
      try {
        return (
          (await watcher.value(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)) !==
          '0'
        );
      } finally {
        await watcher.close();
      }
    };
  });
});
