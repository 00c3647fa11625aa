/**
 * What MySQL and MariaDB have to keep writers out, tried: why the fence is none of it (decision 0021). Each of these either lets
 * an open session write on, keeps our own writers out as well, or ends with the session that has set it.
 */
import mysql from 'mysql2/promise';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type MysqlDatabase, mysqlDatabase, newAccount, PROCESSES} from '../support/mysql-databases.ts';
import {loginOf} from '../support/mysql-process.ts';
import {ownMysqlServer} from '../support/mysql-servers.ts';
import {STREAM_SERVERS} from '../support/mysql-stream-side.ts';
import {ifHad} from '../support/servers.ts';
import {untilTrue} from '../support/until.ts';

const READ_ONLY = {errno: 1290};
const TIMEOUT = {errno: 1205};

for (const request of STREAM_SERVERS) {
  // Of its own: most of this closes the whole server.
  const server = await ifHad(() => ownMysqlServer(request));
  const isMysql = request.flavour === 'mysql';
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    let database: MysqlDatabase;
    beforeAll(async () => {
      database = await mysqlDatabase(server);
      await database.run('CREATE TABLE item (id int PRIMARY KEY, n int)', 'INSERT INTO item VALUES (1, 0), (2, 0)');
    });
    afterAll(async () => {
      await database?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    const clientOf = (url: string) => mysql.createConnection({...loginOf(url), database: database.name});
    /** A client in the middle of a transaction that has written, of an account with these rights. */
    const inTransaction = async (rights = `${database.name}.*`) => {
      const account = await newAccount(database);
      await database.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${rights} TO ${account.name}`);
      const client = await clientOf(account.url);
      client.on('error', () => undefined); // where it is ended
      await client.query('START TRANSACTION');
      await client.query('UPDATE item SET n = n + 1 WHERE id = 1');
      return {...account, client};
    };
    const waits = async (client: mysql.Connection): Promise<boolean> =>
      (await database.rows(`SELECT 1 FROM ${PROCESSES[database.session.flavour.name]} WHERE id = ${client.threadId} AND info IS NOT NULL`))
        .length > 0;

    test('a server that is read-only waits for no open transaction and refuses its commit; who may write on is another thing (Y1)', async () => {
      const {client} = await inTransaction();
      const setting = isMysql ? 'super_read_only' : 'read_only';
      await database.run(`SET GLOBAL ${setting} = ON`);
      try {
        await expect(client.query('COMMIT')).rejects.toMatchObject(READ_ONLY);
        const own = database.run('INSERT INTO item VALUES (10, 0)');
        // On MySQL our stream of the way back, marks and the decision are kept out; on MariaDB nobody with every right is.
        await (isMysql ? expect(own).rejects.toMatchObject(READ_ONLY) : own);
      } finally {
        await database.run(`SET GLOBAL read_only = OFF`);
        await client.end();
      }
    });

    test('a global lock lets commits wait, and they succeed as soon as the session that holds it is gone (Y2)', async () => {
      const {client} = await inTransaction();
      const holder = await clientOf(database.url);
      await holder.query('FLUSH TABLES WITH READ LOCK');
      const committed = client.query('COMMIT');
      await untilTrue('the commit waits', () => waits(client));
      holder.destroy();
      await committed;
      await client.end();
    });

    test('a lock of a table waits for its open writers, keeps everybody out, and ends with its session (Y3)', async () => {
      const {client} = await inTransaction();
      const holder = await clientOf(database.url);
      await holder.query('SET SESSION lock_wait_timeout = 1');
      await expect(holder.query('LOCK TABLES item READ')).rejects.toMatchObject(TIMEOUT);
      await client.query('COMMIT');
      await holder.query('LOCK TABLES item READ');
      const own = database.run('UPDATE item SET n = n + 1 WHERE id = 2');
      const ours = await clientOf(database.url);
      await ours.query('SET SESSION lock_wait_timeout = 1');
      await expect(ours.query('UPDATE item SET n = 0')).rejects.toMatchObject(TIMEOUT);
      holder.destroy();
      await own;
      await Promise.all([client.end(), ours.end()]);
    });

    test('rights that are taken away reach an open session at once on a table, and later or never on a schema or all (Y4)', async () => {
      const reached = async (rights: string): Promise<boolean> => {
        const {client, name} = await inTransaction(rights);
        await database.run(`REVOKE UPDATE ON ${rights} FROM ${name}`);
        const isRefused = await client.query('UPDATE item SET n = n + 1 WHERE id = 1').then(
          () => false,
          () => true,
        );
        // What it wrote before is committed all the same.
        await client.query('COMMIT');
        await client.end();
        return isRefused;
      };
      expect(await reached(`${database.name}.item`)).toBe(true);
      expect(await reached(`${database.name}.*`)).toBe(false);
      expect(await reached('*.*')).toBe(false);
    });

    test('an account that is locked keeps new sessions out, and open ones write on (Y5)', async () => {
      const {client, name, url} = await inTransaction();
      await database.run(`ALTER USER ${name} ACCOUNT LOCK`);
      await expect(clientOf(url)).rejects.toMatchObject({errno: isMysql ? 3118 : 4151});
      await client.query('COMMIT');
      await client.query('UPDATE item SET n = n + 1 WHERE id = 1');
      await client.end();
    });

    test('a session that is ended loses what it had open, and its client is there again at once (Y6)', async () => {
      const [[before] = []] = await database.rows('SELECT n FROM item WHERE id = 1');
      const {client, url} = await inTransaction();
      await database.run(`KILL ${client.threadId}`);
      await expect(client.query('COMMIT')).rejects.toThrow();
      const again = await clientOf(url);
      await again.query('UPDATE item SET n = n WHERE id = 1');
      expect(await database.rows('SELECT n FROM item WHERE id = 1')).toEqual([[before]]);
      await again.end();
    });
  });
}
