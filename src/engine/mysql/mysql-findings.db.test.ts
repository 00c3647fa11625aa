import {describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import {openStreamSide} from '../../../test/support/mysql-stream-side.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {Side} from '../../model/side.ts';
import type {Finding} from '../engine.ts';
import {mysqlCatalog} from './mysql-catalog.ts';
import {MySessions} from './mysql-sessions.ts';

const findings = async (database: MysqlDatabase, as: Side = 'source', exclude: readonly string[] = []): Promise<readonly Finding[]> => {
  const sessions = new MySessions(optionsFor(database.url, {}, as), database.session.flavour.name);
  const catalog = mysqlCatalog(sessions);
  const found = await catalog.findings(
    as,
    await catalog.tables({tables: [`${database.name}.*`], exclude: exclude.map((name) => `${database.name}.${name}`)}),
  );
  await sessions.close();
  return found;
};
const refused = (all: readonly Finding[]) => all.filter(({severity}) => severity === 'refuse').map(({code, object}) => `${code} ${object}`);
const settings = (all: readonly Finding[]) =>
  all.filter(({code, severity}) => code === 'CF-SRC-001' && severity === 'refuse').map(({reason}) => reason.split(' ')[0]);

/** Of `'name'@'host'`. */
const nameIn = (account: string): string => account.split("'")[1] ?? '';

const PARENTS = [
  'CREATE TABLE parent (id int PRIMARY KEY)',
  'CREATE TABLE child (id int PRIMARY KEY, parent int, FOREIGN KEY named (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL)',
  'CREATE TABLE strict_child (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES parent (id))',
];

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    const isMariadb = request.flavour === 'mariadb';

    test('a server that is set up, and tables that can be moved, are not refused on either side', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY)');
      expect(refused(await findings(database))).toEqual([]);
      expect(refused(await findings(database, 'target'))).toEqual([]);
      expect((await findings(database)).map(({code}) => code)).toContain('CF-STATE-003'); // as tests are set up, for speed
    });

    test('no table, no key, no transactions: refused by name (H-5, H-72)', async () => {
      await using database = await mysqlDatabase(server);
      expect(refused(await findings(database))).toContain('CF-SCOPE-001 scope');
      await database.run(
        'CREATE TABLE keyless (a int)',
        'CREATE TABLE old (id int PRIMARY KEY) ENGINE = MyISAM',
        'CREATE TABLE volatile (id int PRIMARY KEY) ENGINE = MEMORY',
      );
      const all = await findings(database);
      expect(refused(all)).toEqual(
        ['CF-SCOPE-002', 'CF-SCOPE-004', 'CF-SCOPE-004'].map((code, i) => `${code} ${database.name}.${['keyless', 'old', 'volatile'][i]}`),
      );
      expect(all.find(({object}) => object.endsWith('.old'))?.reason).toContain('MyISAM');
    });

    test('what a foreign key does to other rows is refused exactly where the log does not have it (H-19)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...PARENTS, 'INSERT INTO parent VALUES (1)', 'INSERT INTO child VALUES (1, 1), (2, 1)', 'FLUSH BINARY LOGS');
      await database.run('DELETE FROM parent');
      const [file] = (await database.rows('SHOW BINARY LOGS')).at(-1) ?? [];
      const events = (await database.rows(`SHOW BINLOG EVENTS IN '${String(file)}'`)).map((row) => `${String(row[2])} ${String(row[5])}`);
      const deletes = events.filter((event) => event.startsWith('Delete_rows'));
      expect(deletes).toHaveLength(isMariadb ? 1 : 2);
      const found = refused(await findings(database)).filter((one) => one.includes('foreign key'));
      expect(found).toEqual(isMariadb ? [expect.stringContaining(`${database.name}.child on the source`)] : []);
    });

    test('a foreign key that acts from a table that stays is refused everywhere: no trigger of a fence sees it (Y7)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...PARENTS);
      const found = refused(await findings(database, 'source', ['parent'])).filter((one) => one.includes('foreign key'));
      expect(found).toEqual([expect.stringContaining(`${database.name}.child on the source`)]);
    });

    test('what writes by itself is named: triggers on both sides, events, prepared transactions (H-17, H-68, H-103)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        'CREATE TABLE t (id int PRIMARY KEY)',
        'CREATE TRIGGER doubles BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id * 2',
        'CREATE EVENT cleaner ON SCHEDULE EVERY 1 DAY DO DELETE FROM t',
        `XA START '${database.name}'`,
        'INSERT INTO t VALUES (1)',
        `XA END '${database.name}'`,
        `XA PREPARE '${database.name}'`,
      );
      const all = await findings(database);
      await database.run(`XA ROLLBACK '${database.name}'`);
      expect(refused(all)).toEqual([`CF-SCOPE-004 trigger doubles on ${database.name}.t`]);
      expect(refused(await findings(database, 'target'))).toEqual([`CF-SCOPE-004 trigger doubles on ${database.name}.t`]);
      const warned = all.filter(({severity}) => severity === 'warn').map(({code, object}) => `${code} ${object}`);
      expect(warned).toEqual(expect.arrayContaining([`CF-SRC-008 event ${database.name}.cleaner`, 'CF-SRC-006 prepared transactions']));
    });

    test('who reads the log is named: a replica shows old rows from the cutover on (H-105, H-106)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY)');
      const follower = await newAccount(database);
      const named = async () =>
        (await findings(database)).find(({object, reason}) => object === 'replicas' && reason.includes(nameIn(follower.name)));
      expect(await named()).toBeUndefined();
      await database.run(`GRANT ALL ON *.* TO ${follower.name}`);
      const side = await openStreamSide(`${follower.url}${database.name}`, request.flavour);
      const reading = side.events(await side.position(), [], () => false);
      reading.catch(() => undefined); // ended below
      await untilTrue('it is named', async () => (await named())?.code === 'CF-SRC-008');
      await side.close();
      await reading.catch(() => undefined);
    });

    const withVersions = isMariadb ? test : undefined; // MySQL keeps none
    withVersions?.('a table that keeps versions of its rows is refused', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY) WITH SYSTEM VERSIONING');
      expect(refused(await findings(database))).toEqual([`CF-SCOPE-004 ${database.name}.t`]);
    });
  });
}

const WRONG = {
  'binlog-row-image': 'MINIMAL',
  'binlog-row-metadata': 'MINIMAL',
  'binlog-format': 'MIXED',
  'binlog-ignore-db': 'unlogged',
  'binlog-expire-logs-seconds': '3600',
};
const WRONG_MYSQL = {
  'gtid-mode': 'OFF',
  'enforce-gtid-consistency': 'OFF',
  'binlog-order-commits': 'OFF',
  'binlog-transaction-compression': 'ON',
  'binlog-row-value-options': 'PARTIAL_JSON',
  'innodb-native-foreign-keys': 'ON',
};

const wrongly = await hadServers(({flavour}) => (flavour === 'mysql' ? {...WRONG, ...WRONG_MYSQL} : {...WRONG, 'log-bin-compress': 'ON'}));
for (const {title, request, server} of wrongly) {
  describe.skipIf(!server)(`${title}, not set up`, () => {
    const isMariadb = request.flavour === 'mariadb';

    test('every setting that a stream needs is refused by name, with the statement that mends it (H-29, H-69, H-70, H-71, H-72)', async () => {
      await using database = await mysqlDatabase(server, 'unlogged');
      await database.run('CREATE TABLE t (id int PRIMARY KEY)');
      const all = await findings(database);
      const common = ['binlog_format', 'binlog_row_image', 'binlog_row_metadata'];
      const own = [
        'gtid_mode',
        'enforce_gtid_consistency',
        'binlog_order_commits',
        'binlog_transaction_compression',
        'binlog_row_value_options',
      ];
      expect(settings(all)).toEqual([...common, ...(isMariadb ? ['log_bin_compress'] : own), 'is']);
      expect(refused(all)).toContain('CF-SRC-001 schema unlogged on the source');
      expect(all).toContainEqual(
        expect.objectContaining({code: 'CF-SRC-004', severity: 'warn', reason: expect.stringContaining('kept for 1 hours')}),
      );
      // As printed, where the server lets it be done at once.
      const format = all.find(({reason}) => reason.startsWith('binlog_format'))?.next.split(',')[0] ?? '';
      await database.run(format);
      expect(settings(await findings(database))).not.toContain('binlog_format');
      await database.run(`SET GLOBAL binlog_format = 'MIXED'`);
    });

    test('a server that follows another one is refused, on either side (H-77)', async () => {
      await using database = await mysqlDatabase(server, `following_${request.flavour}`);
      const refusals = async () => (await Promise.all([findings(database), findings(database, 'target')])).flatMap(refused);
      const word = isMariadb ? 'MASTER' : 'REPLICATION SOURCE';
      await database.run(`CHANGE ${word} TO ${isMariadb ? 'MASTER' : 'SOURCE'}_HOST = '127.0.0.1'`);
      if (isMariadb) await database.run('START SLAVE SQL_THREAD');
      expect(await refusals()).toEqual(expect.arrayContaining(['CF-SRC-007 source server', 'CF-SRC-007 target server']));
      await database.run(...(isMariadb ? ['STOP SLAVE', 'RESET SLAVE ALL'] : ['RESET REPLICA ALL']));
      expect((await refusals()).filter((one) => one.startsWith('CF-SRC-007'))).toEqual([]);
    });

    const withNative = isMariadb ? undefined : test; // it has no other way
    withNative?.('MySQL that leaves foreign keys to InnoDB is refused as the older ones are (H-19)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...PARENTS);
      expect(refused(await findings(database)).filter((one) => one.includes('foreign key'))).toEqual([
        expect.stringContaining(`${database.name}.child on the source`),
      ]);
    });
  });
}
