/** Who else is on a server: what is told of transactions in the way, which of them are ended, and what accounts may do. */
import {describe, expect, test} from 'vitest';
import {hadServers, newAccount} from '../../../test/support/mysql-databases.ts';
import {fencedSide} from '../../../test/support/mysql-fenced.ts';
import {mysqlClients} from './mysql-clients.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {errorText} from '../../model/errors.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';

const SECRET = 'a-value-that-nobody-is-told';
const SCHEMA = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  'CREATE TABLE other (id int PRIMARY KEY)',
  `INSERT INTO item VALUES (1, 'a'), (2, 'b')`,
];

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(had.title, () => {
    const world = async () => {
      const side = await fencedSide(had, ...SCHEMA);
      const clients = mysqlClients(side.sessions, side.migration);
      const account = async () => {
        const {name, url} = await newAccount(side.database);
        await side.database.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON \`${side.database.name}\`.item TO ${name}`);
        return {name, url, user: loginOf(url).user ?? ''};
      };
      return {side, clients, account, [Symbol.asyncDispose]: () => side[Symbol.asyncDispose]()};
    };

    test('what keeps a fence waiting is named, without anything of its statement; what does not is left out (H-103)', async () => {
      await using here = await world();
      const {side, clients} = here;
      const tables = await side.tables('item');
      expect(await clients.blockers(tables, [])).toEqual([]);
      await side.fence.arm(tables, 0);
      expect(await clients.blockers(tables, [])).toEqual([]);
      const {user, url} = await here.account();
      const [writer, reader, elsewhere] = [await side.app(url), await side.app(), await side.app()];
      await writer.run('BEGIN', `UPDATE item SET note = '${SECRET}' WHERE id = 1`);
      await reader.run('BEGIN', 'SELECT * FROM item');
      await elsewhere.run('BEGIN', 'INSERT INTO other VALUES (1)');

      const [blocker, ...more] = await clients.blockers(tables, []);
      expect(more).toEqual([]);
      expect(blocker).toEqual({
        process: writer.id,
        transaction: expect.stringMatching(/^\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/),
        role: user,
        application: expect.any(String),
        ageMs: expect.any(Number),
        state: 'idle in transaction',
        waitsIn: '',
        cannotEnd: undefined,
      });
      expect(blocker?.ageMs).toBeLessThan(3_600_000);
      expect(JSON.stringify(blocker)).not.toContain(SECRET);
      expect((await clients.blockers([], [elsewhere.id])).map(({process}) => process)).toEqual([elsewhere.id]);
      await writer.run('COMMIT');
      expect(await clients.blockers(tables, [])).toEqual([]);
    });

    test('those that are in the same transaction still are ended, and nothing of them is kept', async () => {
      await using here = await world();
      const {side, clients} = here;
      const tables = await side.tables('item');
      await side.fence.arm(tables, 0);
      const [writer, other] = [await side.app(), await side.app()];
      await writer.run('BEGIN', `UPDATE item SET note = 'x' WHERE id = 1`);
      await other.run('BEGIN', `UPDATE item SET note = 'x' WHERE id = 2`);
      const blockers = await clients.blockers(tables, []);
      expect(new Set(blockers.map(({process}) => process))).toEqual(new Set([writer.id, other.id]));
      await other.run('COMMIT', 'BEGIN', `UPDATE item SET note = 'y' WHERE id = 2`);
      const ended = await clients.end(blockers);
      expect(ended.map(({process}) => process)).toEqual([writer.id]);
      await other.run('COMMIT');
      await expect(writer.run('COMMIT')).rejects.toThrow();
      expect(await other.rows('SELECT note FROM item ORDER BY id')).toEqual([['a'], ['y']]);
      await side.fence.raise({tables, attempt: 1, epoch: 1, budgetMs: 600_000, marker: 'm'});
    });

    test('whatever signs the statement holds that waits, those in the way are told, counted and ended', async () => {
      await using here = await world();
      const {side, clients} = here;
      const tables = await side.tables('item');
      await side.fence.arm(tables, 0);
      const {user, url} = await here.account();
      const [writer, behind] = [await side.app(url), await side.app(url)];
      await writer.run('BEGIN', `UPDATE item SET note = 'x' WHERE id = 1`);
      const waiting = behind.run(`UPDATE item SET note = '\u{1f600}' WHERE id = 1`).catch(errorText);
      await untilTrue('it waits', async () => (await clients.blockers([], [behind.id])).some(({waitsIn}) => waitsIn === 'a lock'));
      expect(await clients.sessions([user])).toMatchObject([{role: user, sessions: 2}]);
      const blockers = await clients.blockers(tables, []);
      expect(blockers.map(({process}) => process)).toContain(writer.id);
      expect((await clients.end(blockers)).map(({process}) => process)).toContain(writer.id);
      await waiting;
      expect(await clients.blockers([], [writer.id])).toEqual([]);
    });

    test('what accounts may do is told in the words of both sides, through roles as well (H-100)', async () => {
      await using here = await world();
      const {side, clients} = here;
      const {name, user} = await here.account();
      const tables = await side.tables('item', 'other');
      const schema = `\`${side.database.name}\``;
      const role = `role_${user}`;
      await side.database.run(`CREATE ROLE ${role}`, `GRANT SELECT, DROP ON ${schema}.other TO ${role}`, `GRANT ${role} TO ${name}`);
      const [rights, ...more] = await clients.rights([user, 'nobody_at_all'], tables);
      expect(more).toEqual([]);
      expect(rights).toEqual({
        role: user,
        isSuperuser: false,
        mayBypassRowSecurity: false,
        mayMakeRoles: false,
        mayLogIn: true,
        mayConnect: true,
        routeGrant: `GRANT SELECT ON crossfade.route TO \`${user}\`@\`127.0.0.1\`;`,
        tables: [
          {
            table: {schema: side.database.name, name: 'item'},
            isOwner: false,
            privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE of the schema', 'USAGE of its sequences'],
          },
          {table: {schema: side.database.name, name: 'other'}, isOwner: true, privileges: ['SELECT', 'TRUNCATE', 'USAGE of the schema']},
        ],
      });
      await side.database.run(rights?.routeGrant ?? '');
      expect((await clients.rights([user], tables))[0]).not.toHaveProperty('routeGrant');
      await side.database.run(`ALTER USER ${name} ACCOUNT LOCK`);
      expect((await clients.rights([user], tables))[0]?.mayLogIn).toBe(false);
      expect((await clients.rights([loginOf(side.database.url).user ?? ''], tables))[0]).toMatchObject({
        isSuperuser: true,
        mayMakeRoles: true,
      });
      await side.database.run(`DROP ROLE ${role}`);
    });

    test('sessions of application accounts are counted, ours are not', async () => {
      await using here = await world();
      const {user, url} = await here.account();
      const [one, two] = [await here.side.app(url), await here.side.app(url)];
      const count = async () => (await here.clients.sessions([user])).reduce((sum, {sessions}) => sum + sessions, 0);
      expect(await count()).toBe(2);
      expect((await here.clients.sessions([user])).every(({role}) => role === user)).toBe(true);
      await Promise.all([one.close(), two.close()]);
      expect(await here.clients.sessions([])).toEqual([]);
    });
  });
}
