/** How busy real servers say they are: with somebody at work there, and to a role that may not see others. */
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, newAccount, optionsFor} from '../../test/support/mysql-databases.ts';
import {someMigration} from '../../test/support/mysql-receiver.ts';
import {openSide} from '../../test/support/databases.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {storyDatabase} from '../../test/support/story-database.ts';
import {untilTrue} from '../../test/support/until.ts';
import {MySessions} from './mysql/mysql-sessions.ts';
import {mysqlUsage} from './mysql/mysql-usage.ts';
import {HitShare, type Usage} from './usage.ts';

const isWhole = async (usage: Usage | undefined): Promise<void> => {
  const {connections, connectionsMax} = (await usage?.look()) ?? {connections: 0, connectionsMax: 0};
  expect(connections).toBeGreaterThan(0);
  expect(connectionsMax).toBeGreaterThan(connections);
};

test('PostgreSQL: connections, the longest statement of others, and what was found in memory', async () => {
  const server = await postgresServer({version: 18});
  const side = await openSide('source', await server.createDatabase());
  const busy = await storyDatabase(side.url);
  try {
    const {usage} = side.database;
    await isWhole(usage);
    const sleeping = busy.run('SELECT pg_sleep(60)').catch(() => undefined);
    await untilTrue('the statement is seen', async () => ((await usage?.look())?.longestStatementMs ?? 0) > 1000);
    await side.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'`);
    await sleeping;
    await untilTrue('pages are read', async () => {
      await side.run('SELECT count(*) FROM pg_class');
      const share = (await usage?.look())?.cacheHitShare;
      return share !== undefined && share >= 0 && share <= 1;
    });
  } finally {
    await busy.close().catch(() => undefined); // its connection was ended
    await side.close();
  }
});

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('connections and statements, which an account without PROCESS may not see', async () => {
      await using database = await mysqlDatabase(server);
      const [all, few] = [database.url, (await newAccount(database)).url].map((url) => {
        const sessions = new MySessions(optionsFor(url, {migration: someMigration()}), request.flavour);
        return {sessions, usage: mysqlUsage(sessions)};
      });
      try {
        await isWhole(all?.usage);
        expect((await few?.usage.look())?.longestStatementMs).toBeUndefined();
        const sleeping = database.run('SELECT sleep(3)');
        await untilTrue('the statement is seen', async () => ((await all?.usage.look())?.longestStatementMs ?? 0) >= 1000);
        await sleeping;
      } finally {
        await Promise.all([all?.sessions.close(), few?.sessions.close()]);
      }
    });
  });
}

test('of counters that begin anew nothing is said', () => {
  const share = new HitShare();
  expect([share.since(10, 10), share.since(40, 20), share.since(40, 20), share.since(5, 1), share.since(5, 2)]).toEqual([
    ...[undefined, 0.75, undefined, undefined, 0],
  ]);
});
