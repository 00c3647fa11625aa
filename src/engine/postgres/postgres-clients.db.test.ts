/** Who else is on a server: what is told of transactions in the way, which of them are ended, and what roles may do. */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer, type PostgresVersion} from '../../../test/support/servers.ts';
import {type StoryDatabase, storyDatabase} from '../../../test/support/story-database.ts';
import {untilTrue} from '../../../test/support/until.ts';

const SECRET = 'a-value-that-nobody-is-told';
const password = 'only-for-this-test';
const roleName = (): string => `client_${randomBytes(4).toString('hex')}`;

/** `as`: another login of the same database. */
const urlOf = (url: string, as: string, application: string): string => {
  const one = new URL(url);
  [one.username, one.password] = [as, password];
  one.searchParams.set('application_name', application);
  return one.href;
};

type World = AsyncDisposable & {
  readonly side: TestSide;
  connect(application: string, as?: string): Promise<StoryDatabase>;
  role(attributes?: string): Promise<string>;
};

async function world(version: PostgresVersion): Promise<World> {
  const server = await postgresServer({version});
  const side = await openSide('source', await server.createDatabase());
  await side.run(
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    'CREATE TABLE other (id int PRIMARY KEY)',
    `INSERT INTO item VALUES (1, 'a')`,
  );
  const connected: StoryDatabase[] = [];
  const roles: string[] = [];
  return {
    side,
    async role(attributes = '') {
      const name = roleName();
      roles.push(name);
      await side.run(
        `CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${attributes}`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON item TO ${name}`,
      );
      return name;
    },
    async connect(application, as) {
      const url = new URL(side.url);
      url.searchParams.set('application_name', application);
      const one = await storyDatabase(as === undefined ? url.href : urlOf(side.url, as, application));
      connected.push(one);
      return one;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(connected.map((one) => one.close()));
      for (const role of roles) await side.run(`DROP OWNED BY ${role} CASCADE`, `DROP ROLE ${role}`);
      await side.close();
    },
  };
}

describe.each<PostgresVersion>([14, 17, 18])('PostgreSQL %i', (version) => {
  test('what keeps a fence waiting is named, without anything of its query; what does not is left out', async () => {
    await using here = await world(version);
    const {side} = here;
    const role = await here.role();
    const writer = await here.connect('till 4', role);
    await writer.run('BEGIN', `UPDATE item SET note = '${SECRET}' WHERE id = 1`);
    const reader = await here.connect('report');
    await reader.run('BEGIN', 'LOCK TABLE item IN ROW SHARE MODE');
    const elsewhere = await here.connect('elsewhere');
    await elsewhere.run('BEGIN', 'INSERT INTO other VALUES (1)');
    const ours = await here.connect('crossfade 0198c0de apply forward');
    await ours.run('BEGIN', `INSERT INTO item VALUES (2, 'ours')`);
    const item = await side.table('item');

    const [blocker, ...more] = await side.database.clients.blockers([item], []);
    expect(more).toEqual([]);
    expect(blocker).toEqual({
      process: Number(await writer.value('SELECT pg_backend_pid()')),
      transaction: expect.stringMatching(/^\d+\.\d+$/),
      role,
      application: 'till 4',
      ageMs: expect.any(Number),
      state: 'idle in transaction',
      waitsIn: 'Client/ClientRead',
      cannotEnd: undefined,
    });
    expect(JSON.stringify(blocker)).not.toContain(SECRET);

    const pid = Number(await reader.value('SELECT pg_backend_pid()'));
    expect((await side.database.clients.blockers([], [pid])).map(({process}) => process)).toEqual([pid]);
    await reader.run('COMMIT');
    expect(await side.database.clients.blockers([], [pid])).toEqual([]);
    await Promise.all([elsewhere.run('ROLLBACK'), ours.run('ROLLBACK')]);
  });

  test('a change of the table that waits in front of the fence is named, a writer that waits is not', async () => {
    await using here = await world(version);
    const item = await here.side.table('item');
    const reader = await here.connect('report');
    await reader.run('BEGIN', 'SELECT * FROM item');
    const [deploy, writer] = [await here.connect('deploy'), await here.connect('till')];
    const names = async () => (await here.side.database.clients.blockers([item], [])).map(({application}) => application);
    const altered = deploy.run('ALTER TABLE item ADD COLUMN more int');
    await untilTrue('the change waits', async () => (await names()).includes('deploy'));
    const written = writer.run(`INSERT INTO item VALUES (3, 'c')`);
    await untilTrue('the writer waits', async () => (await here.side.value(`SELECT count(*) FROM pg_locks WHERE NOT granted`)) === '2');
    expect(await names()).toEqual(['deploy']);
    await reader.run('COMMIT');
    await Promise.all([altered, written]);
  });

  test('one is ended only while it is in the same transaction', async () => {
    await using here = await world(version);
    const {clients} = here.side.database;
    const item = await here.side.table('item');
    const [gone, again, stays] = [await here.connect('gone'), await here.connect('again'), await here.connect('stays')];
    for (const [id, one] of [gone, again, stays].entries()) await one.run('BEGIN', `INSERT INTO item VALUES (${id + 10}, 'x')`);
    const blockers = await clients.blockers([item], []);
    await gone.run('COMMIT');
    await again.run('COMMIT', 'BEGIN', `INSERT INTO item VALUES (20, 'y')`);
    expect((await clients.end(blockers)).map(({application}) => application)).toEqual(['stays']);
    await expect(stays.run('COMMIT')).rejects.toThrow(/terminat|connection error/);
    await again.run('COMMIT');
    await untilTrue('its lock is gone', async () => (await clients.blockers([item], [])).length === 0);
    expect(await here.side.value('SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM item')).toBe('1,10,11,20');
  });

  test('a prepared transaction is named, and nothing ends it', async () => {
    await using here = await world(version);
    const item = await here.side.table('item');
    const gid = roleName();
    await here.side.run('BEGIN', `INSERT INTO item VALUES (5, '${SECRET}')`, `PREPARE TRANSACTION '${gid}'`);
    const blockers = await here.side.database.clients.blockers([item], []);
    expect(blockers).toMatchObject([
      {process: undefined, transaction: gid, state: 'prepared', cannotEnd: expect.stringContaining('ROLLBACK PREPARED')},
    ]);
    expect(await here.side.database.clients.end(blockers)).toEqual([]);
    await here.side.run(`ROLLBACK PREPARED '${gid}'`);
  });

  test('what our role is not shown or may not signal is named with the grant that is missing', async () => {
    await using here = await world(version);
    const [mover, role] = [await here.role(), await here.role()];
    const writer = await here.connect('till', role);
    await writer.run('BEGIN', `UPDATE item SET note = 'b' WHERE id = 1`);
    const admin = await here.connect('psql');
    await admin.run('BEGIN', `INSERT INTO item VALUES (7, 'c')`);
    const weak = await openSide('source', urlOf(here.side.url, mover, 'test'));
    const item = await here.side.table('item');
    const obstacles = async () =>
      Object.fromEntries((await weak.database.clients.blockers([item], [])).map(({application, cannotEnd}) => [application, cannotEnd]));

    expect(await obstacles()).toMatchObject({
      till: expect.stringContaining(`GRANT pg_monitor TO "${mover}"`),
      psql: expect.stringContaining('pg_monitor'),
    });
    const asked = async (endsBlockers: boolean) =>
      (await weak.database.catalog.grants('source', [item], {endsBlockers}))
        .filter(({statement}) => /pg_monitor|pg_signal/.test(statement))
        .map(({isHeld, isOptional}) => ({isHeld, isOptional}));
    expect(await asked(false)).toEqual([{isHeld: false, isOptional: true}]);
    expect(await asked(true)).toEqual([
      {isHeld: false, isOptional: false},
      {isHeld: false, isOptional: false},
    ]);
    await here.side.run(`GRANT pg_monitor TO ${mover}`);
    expect(await obstacles()).toEqual({till: `that needs GRANT pg_signal_backend TO "${mover}"`, psql: 'it belongs to a superuser'});
    await here.side.run(`GRANT pg_signal_backend TO ${mover}`);
    expect(await obstacles()).toEqual({till: undefined, psql: 'it belongs to a superuser'});
    expect(await asked(true)).toEqual([
      {isHeld: true, isOptional: false},
      {isHeld: true, isOptional: false},
    ]);
    const tills = (await weak.database.clients.blockers([item], [])).filter(({application}) => application === 'till');
    expect(await weak.database.clients.end(tills)).toEqual(tills);
    await admin.run('ROLLBACK');
    await weak.close();
  });

  test('what a role may do with a table, by itself, by its groups and by columns', async () => {
    await using here = await world(version);
    const {side} = here;
    await side.run('CREATE TABLE drawn (id serial PRIMARY KEY, a int, b int)');
    const [app, group, owner] = [await here.role('CREATEROLE'), await here.role(), await here.role()];
    await side.run(
      `REVOKE ALL ON item FROM ${app}`,
      `GRANT ${group} TO ${app}`,
      `GRANT SELECT, INSERT, UPDATE (a) ON drawn TO ${app}`,
      `ALTER TABLE other OWNER TO ${owner}`,
      `GRANT ${owner} TO ${group}`,
    );
    const tables = [await side.table('item'), await side.table('drawn'), await side.table('other')];
    const [rights, ...others] = await side.database.clients.rights([app, 'nobody_of_that_name'], tables);
    expect(others).toEqual([]);
    expect(rights).toMatchObject({
      role: app,
      isSuperuser: false,
      mayMakeRoles: true,
      mayLogIn: true,
      mayConnect: true,
      mayBypassRowSecurity: false,
    });
    expect(Object.fromEntries((rights?.tables ?? []).map(({table, isOwner, privileges}) => [table.name, {isOwner, privileges}]))).toEqual({
      drawn: {isOwner: false, privileges: ['SELECT', 'INSERT', 'UPDATE of some columns', 'USAGE of the schema']},
      item: {isOwner: false, privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE of the schema', 'USAGE of its sequences']},
      other: {
        isOwner: true,
        privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'USAGE of the schema', 'USAGE of its sequences'],
      },
    });
    await side.run(`GRANT USAGE ON SEQUENCE drawn_id_seq TO ${app}`);
    const [after] = await side.database.clients.rights([app], [await side.table('drawn')]);
    expect(after?.tables[0]?.privileges).toContain('USAGE of its sequences');
  });

  test('the sessions of a role are counted by application, ours among them not', async () => {
    await using here = await world(version);
    const role = await here.role();
    for (const application of ['till', 'till', 'report']) await here.connect(application, role);
    expect(await here.side.database.clients.sessions([role])).toEqual([
      {role, application: 'report', sessions: 1},
      {role, application: 'till', sessions: 2},
    ]);
    const me = (await here.side.database.identity()).role;
    const all = await here.side.database.clients.sessions([me]);
    expect(all.filter(({application}) => application.startsWith('crossfade'))).toEqual([]);
    expect(all.length).toBeGreaterThan(0);
  });
});
