/** What our statements wait for, as an operator is told while they do. */
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import {someMigration} from '../../../test/support/mysql-receiver.ts';
import {until, untilTrue} from '../../../test/support/until.ts';
import {mysqlActivity} from './mysql-activity.ts';
import {executedPosition} from './mysql-mark.ts';
import {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';

/**
 * InnoDB shows its transactions from a copy, which it renews only when nobody has read it for a tenth of a second: so the
 * server is one that no other test looks at, and each look here leaves it that time.
 */
const RENEWED_MS = 150;

/** MariaDB tells of tables where this is on, which takes a start of the server. */
const servers = await hadServers(({flavour}) =>
  flavour === 'mariadb'
    ? {'performance-schema': 'ON', 'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON'}
    : {'max-connections': '100'},
);

for (const {title, request, server} of servers) {
  describe.skipIf(!server)(title, () => {
    const world = async (url?: (database: MysqlDatabase) => Promise<string>) => {
      const database = await mysqlDatabase(server);
      await database.run('CREATE TABLE item (id int PRIMARY KEY, note text)', `INSERT INTO item VALUES (1, 'a'), (2, 'b')`);
      const migration = someMigration();
      const sessions = new MySessions(optionsFor((await url?.(database)) ?? database.url, {migration}), request.flavour);
      const activity = mysqlActivity(sessions, migration);
      const look = async () => {
        await sleep(RENEWED_MS);
        return activity.look();
      };
      return {
        database,
        sessions,
        look,
        /** The server's number of the session that stands in the way. */
        process: Number((await database.rows('SELECT connection_id()'))[0]?.[0]),
        waits: () =>
          until('somebody waits', async () => {
            const {waits} = await look();
            return waits.length ? waits : undefined;
          }),
        [Symbol.asyncDispose]: async () => {
          await sessions.close();
          await database[Symbol.asyncDispose]();
        },
      };
    };

    test('a statement that waits for a row names who holds it, and nothing is said when it is over (H-64)', async () => {
      await using here = await world();
      const {database, sessions, look, process} = here;
      expect(await look()).toEqual({position: await executedPosition(database.session), waits: [], builds: []});
      await database.run('BEGIN', `UPDATE item SET note = 'x' WHERE id = 1`);
      const lane = await sessions.open('apply forward');
      const written = lane.query(`UPDATE ${quoteName(database.name)}.item SET note = '\u{1f600}' WHERE id = 1`);
      const [wait, ...more] = await here.waits();
      expect(more).toEqual([]);
      expect(wait).toEqual({
        purpose: 'apply forward',
        waitedMs: expect.any(Number),
        table: undefined,
        blockers: [
          {
            process,
            transaction: '',
            role: 'administrator',
            application: expect.any(String),
            ageMs: expect.any(Number),
            state: 'idle in transaction',
            endedBy: `KILL ${process}`,
          },
        ],
      });
      expect(wait?.waitedMs).toBeLessThan(3_600_000);
      await database.run('COMMIT');
      await written;
      await untilTrue('nobody waits', async () => (await look()).waits.length === 0);
    });

    test('a statement that waits for a table names the table and who uses it (H-64)', async () => {
      await using here = await world();
      const {database, sessions, process} = here;
      await database.run('BEGIN', 'SELECT * FROM item');
      const schema = await sessions.open('schema');
      const altered = schema.query(`ALTER TABLE ${quoteName(database.name)}.item ADD COLUMN more int`);
      const [wait] = await here.waits();
      expect(wait).toMatchObject({purpose: 'schema', table: `${database.name}.item`, blockers: [{process, state: 'idle in transaction'}]});
      await database.run('COMMIT');
      await altered;
    });

    test('an account without the rights is told the place in the log, and doctor what to grant', async () => {
      await using here = await world(async (database) => (await newAccount(database)).url);
      const {database, look} = here;
      expect(await look()).toEqual({position: await executedPosition(database.session), waits: [], builds: []});
    });
  });
}
