/** What a MySQL or MariaDB server says it has counted of an application's statements, and when it cannot. */
import {describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import {mysqlEngine, mariadbEngine} from './mysql-engine.ts';
import type {SentStatement} from '../engine.ts';
import type {StatementTimes} from '../../model/statement-times.ts';

/** Servers of this file's own: what they have counted is taken away. */
const COUNTING = {performance_schema: 'ON', performance_schema_digests_size: '900'};
const ENGINES = {mysql: mysqlEngine, mariadb: mariadbEngine};

describe.each(await hadServers(() => COUNTING))('$title', ({server, request}) => {
  const costsAt = async (url: string) => {
    const side = ENGINES[request.flavour].open(optionsFor(url));
    try {
      return await side.costs?.read();
    } finally {
      await side.close();
    }
  };
  const counted = async ({url}: MysqlDatabase) => {
    const found = await costsAt(url);
    if (!found || 'notRecorded' in found) throw new Error(JSON.stringify(found));
    return found;
  };
  const ofNote = ({statements}: StatementTimes<SentStatement>) => statements.filter(({sent}) => /marked_note/i.test(sent));

  test.skipIf(!server)('calls of one statement are counted together, with their time and without values', async () => {
    await using database = await mysqlDatabase(server);
    await database.run(
      'CREATE TABLE marked_note (id int PRIMARY KEY, note varchar(50))',
      `INSERT INTO marked_note VALUES (1, 'planted'), (2, 'x')`,
    );
    for (let i = 1; i <= 3; i++)
      await database.run(
        `SELECT note FROM marked_note WHERE id IN (${Array.from({length: i}, (_, id) => id + 1).join(', ')}) AND note <> 'planted ${i}'`,
      );
    await database.run('SELECT id, sleep(0.02) FROM marked_note WHERE id = 2');
    const found = await counted(database);
    expect(found.countedSince).toMatch(/^20\d\d-.*Z$/);
    expect(ofNote(found).map(({calls, text}) => [calls, text.toUpperCase().slice(0, 6)])).toEqual(
      expect.arrayContaining([
        [3, 'SELECT'],
        [1, 'SELECT'],
        [1, 'INSERT'],
      ]),
    );
    expect(ofNote(found)).toHaveLength(3);
    const slept = ofNote(found).find(({sent}) => /sleep/i.test(sent));
    expect(slept?.totalMs).toBeGreaterThan(15);
    expect(slept?.totalMs).toBeLessThan(5_000);
    expect(JSON.stringify(found)).not.toContain('planted');
  });

  test.skipIf(!server)('that it has begun anew is seen, and two looks that follow one another have one beginning', async () => {
    await using database = await mysqlDatabase(server);
    const [first, second] = [await counted(database), await counted(database)];
    expect(second.countedSince).toBe(first.countedSince);
    await database.run('DO sleep(1.1)'); // MariaDB counts in whole seconds
    await database.run('TRUNCATE performance_schema.events_statements_summary_by_digest');
    expect((await counted(database)).countedSince).not.toBe(first.countedSince);
  });

  test.skipIf(!server)('an account that may not look is told which right is missing', async () => {
    await using database = await mysqlDatabase(server);
    const account = await newAccount(database);
    expect(await costsAt(account.url)).toEqual({
      notRecorded: 'performance_schema may not be read: GRANT SELECT ON performance_schema.* lets it',
    });
    await database.run(`GRANT SELECT ON performance_schema.* TO ${account.name}`);
    expect(await costsAt(account.url)).toMatchObject({statements: expect.any(Array)});
  });

  test.skipIf(!server)('where digests are switched off it is said how to switch them on', async () => {
    await using database = await mysqlDatabase(server);
    await database.run(`UPDATE performance_schema.setup_consumers SET enabled = 'NO' WHERE name = 'statements_digest'`);
    try {
      expect(await costsAt(database.url)).toEqual({
        notRecorded: expect.stringContaining('digests are not counted: UPDATE performance_schema'),
      });
    } finally {
      await database.run(`UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'statements_digest'`);
    }
  });
});

describe.each(await hadServers())('$title as it comes', ({server, request}) => {
  test.skipIf(!server || request.flavour === 'mysql')('counts nothing, and it is said why', async () => {
    await using database = await mysqlDatabase(server);
    const side = mariadbEngine.open(optionsFor(database.url));
    expect(await side.costs?.read()).toEqual({notRecorded: expect.stringContaining('performance_schema is off')});
    await side.close();
  });
});
