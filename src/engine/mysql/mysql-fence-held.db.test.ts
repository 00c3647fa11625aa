/** Triggers that the fence makes in the hold, when a few clients have transactions open all the same (decision 0021). */
import {describe, expect, test} from 'vitest';
import {hadServers, PROCESSES} from '../../../test/support/mysql-databases.ts';
import {type FencedSide, fencedSide} from '../../../test/support/mysql-fenced.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {mysqlClients} from './mysql-clients.ts';

const LONG_MS = 600_000;
const SCHEMA = [`CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL)`, `INSERT INTO item VALUES (1, 0), (2, 0)`];

const raise = async (here: FencedSide): Promise<unknown> =>
  here.fence.raise({tables: await here.tables('item'), attempt: 1, epoch: 1, budgetMs: LONG_MS, marker: 'm'});

/** For a moment without clients, or for one to end. */
const isWaiting = async ({database, sessions}: FencedSide): Promise<boolean> => {
  const rows = await database.rows(
    `SELECT info FROM ${PROCESSES[database.session.flavour.name]} WHERE id IN (${sessions.pids.join(', ') || 'NULL'})`,
  );
  return rows.some(([info]) => /^(?:DO SLEEP|CREATE TRIGGER)/.test(String(info)));
};

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(had.title, () => {
    test('whoever has read a table and writes to it while they are made is waited for, and no victim of a deadlock', async () => {
      await using here = await fencedSide(had, ...SCHEMA);
      await here.fence.arm(await here.tables('item'), LONG_MS);
      expect(await here.database.rows(`SELECT 1 FROM information_schema.triggers WHERE trigger_schema = '${here.database.name}'`)).toEqual(
        [],
      );
      const client = await here.app();
      await client.run('BEGIN', 'SELECT * FROM item');
      const raised = raise(here);
      raised.catch(() => undefined); // awaited below
      await untilTrue('the fence waits for the client', () => isWaiting(here));
      await client.run('UPDATE item SET n = 1 WHERE id = 1', 'COMMIT');
      await raised;
      await expect(client.run('UPDATE item SET n = 2 WHERE id = 1')).rejects.toMatchObject({errno: 1290});
    });

    test('whoever has only read one keeps them waiting, is told where the server tells it, and may be ended', async () => {
      await using here = await fencedSide(had, ...SCHEMA);
      const clients = mysqlClients(here.sessions, here.migration);
      const reader = await here.app();
      await reader.run('BEGIN', 'SELECT * FROM item');
      await expect(raise(here)).rejects.toMatchObject({code: 'CF-CUT-001', message: expect.stringContaining('CREATE TRIGGER')});
      const blockers = await clients.blockers(await here.tables('item'), []);
      const isTold = had.request.flavour === 'mysql';
      expect(blockers.map(({process}) => process)).toEqual(isTold ? [reader.id] : []);
      if (isTold) expect(await clients.end(blockers)).toHaveLength(1);
      else await reader.run('COMMIT');
      await raise(here);
    });
  });
}
