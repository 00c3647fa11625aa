import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ownMysqlServer, type OwnMysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {Table} from '../../model/table.ts';
import type {MySession} from './mysql-session.ts';

/** How each server is told to hold back every commit, after it is in the log, for a replica that is not there. */
const HOLDS = {
  mysql: [
    `INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'`,
    `SET GLOBAL rpl_semi_sync_source_timeout = 10000000, rpl_semi_sync_source_wait_point = AFTER_SYNC, rpl_semi_sync_source_wait_no_replica = ON`,
    `SET GLOBAL rpl_semi_sync_source_enabled = ON`,
  ],
  mariadb: [
    `SET GLOBAL rpl_semi_sync_master_timeout = 10000000, rpl_semi_sync_master_wait_point = AFTER_SYNC, rpl_semi_sync_master_wait_no_slave = ON`,
    `SET GLOBAL rpl_semi_sync_master_enabled = ON`,
  ],
} as const;
const RELEASES = {
  mysql: `SET GLOBAL rpl_semi_sync_source_enabled = OFF`,
  mariadb: `SET GLOBAL rpl_semi_sync_master_enabled = OFF`,
} as const;

for (const request of STREAM_SERVERS) {
  const {flavour} = request;
  const server: OwnMysqlServer | undefined = await ifHad(() => ownMysqlServer(request));
  describe.skipIf(!server)(`${flavour} ${request.version}: a transaction that is in the log and not yet visible (hazards 1.3)`, () => {
    let side: StreamSide;
    let table: Table;
    let writer: MySession;
    beforeAll(async () => {
      side = await openStreamSide((await server?.createDatabase()) ?? '', flavour);
      await side.run('CREATE TABLE item (id int PRIMARY KEY)');
      table = await side.table('item');
      writer = await side.session();
    });
    afterAll(async () => {
      await side?.run(RELEASES[flavour]);
      await writer?.close();
      await side?.close();
      await server?.stop();
    });

    /** Commits that wait: the first for the replica, others behind it. */
    const held = async (): Promise<number> =>
      (await side.rows('SHOW PROCESSLIST')).filter(
        ({Info: info, State: state}) => info?.startsWith('INSERT INTO') && /semi-sync|commit/i.test(state ?? ''),
      ).length;

    it('is delivered by the stream, and waited for by whatever has to see it', async () => {
      const from = await side.position();
      await side.run(...HOLDS[flavour]);
      const commit = writer.query('INSERT INTO item VALUES (1)');
      await untilTrue('the commit is held back', async () => (await held()) === 1);
      const delivered = new Set<string>();
      await side.events(from, [table], (events) => {
        for (const event of events) if (event.type === 'begin') delivered.add(event.transaction);
        return events.some(({type}) => type === 'commit');
      });
      expect(delivered.size).toBe(1);
      expect(await side.rows('SELECT id FROM item')).toEqual([]);

      const stop = new AbortController();
      const calledOff = side.source.untilVisible(stop.signal);
      const visible = side.source.untilVisible(new AbortController().signal);
      // MySQL says which ones are missing; MariaDB has to be asked by a commit behind them, which is held back as well.
      const unseen = side.source.unseen(delivered);
      const waiting = flavour === 'mysql' ? 3 : 4;
      await untilTrue('barriers are held back behind it', async () => (await held()) === waiting);
      stop.abort(new Error('enough'));
      await expect(calledOff).rejects.toThrow('enough');
      const state = await Promise.race([unseen, visible.then(() => 'visible'), held().then(() => 'held')]);
      expect(state).toEqual(flavour === 'mysql' ? delivered : 'held');

      await side.run(RELEASES[flavour]);
      await Promise.all([commit, visible]);
      expect(await unseen).toEqual(flavour === 'mysql' ? delivered : new Set());
      expect(await side.source.unseen(delivered)).toEqual(new Set());
      expect(await side.source.readRows(table, [['1']], delivered)).toEqual([{id: '1'}]);
    });
  });
}
