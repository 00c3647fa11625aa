/** A server keeps its log for nobody: until when what a stream still needs is there, and how its loss is noticed. */
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {openStreamSide, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {until} from '../../../test/support/until.ts';

const HOUR_S = 3600;
const never = new AbortController().signal;
const ROWS = `INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT NULL, repeat('x', 1000) FROM n`;

/** Of their own, because files are taken away there; the newest MariaDB also limits the size of all of them. */
const servers = await hadServers(({version}) => ({
  'binlog-expire-logs-seconds': String(HOUR_S),
  ...(version === '11.8' ? {'max-binlog-total-size': String(64 * 1024 * 1024)} : {}),
}));

for (const {title, request, server} of servers) {
  describe.skipIf(!server)(title, () => {
    const world = async () => {
      const database = await mysqlDatabase(server);
      const side = await openStreamSide(database.url, request.flavour);
      await side.run('CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, a text)');
      const table = await side.table('t');
      return {
        database,
        side,
        table,
        [Symbol.asyncDispose]: async () => {
          await side.close();
          await database[Symbol.asyncDispose]();
        },
      };
    };
    const kept = (side: StreamSide) => side.source.keptLog('forward');

    test('as much as stands in the log from the stream on, for as long as the server keeps it (H-69)', async () => {
      await using here = await world();
      const {side, table} = here;
      expect(await kept(side)).toBeUndefined();
      await side.source.createStream('forward', [table], never);
      const fresh = await kept(side);
      expect(fresh).toMatchObject({isGivenUp: false, ownRules: {leftMs: HOUR_S * 1000, byAge: 'binlog_expire_logs_seconds'}});
      expect(fresh?.leftBytes === undefined).toBe(request.version !== '11.8');

      await side.run(ROWS);
      const full = await kept(side);
      expect((full?.keptBytes ?? 0) - (fresh?.keptBytes ?? 0)).toBeGreaterThan(500_000);
      expect((full?.writtenBytes ?? 0) - (fresh?.writtenBytes ?? 0)).toBeGreaterThan(500_000);
      if (fresh?.leftBytes !== undefined) expect(fresh.leftBytes - (full?.leftBytes ?? 0)).toBeGreaterThan(500_000);

      // From now on the file that is needed grows older.
      await side.run('FLUSH BINARY LOGS', ROWS);
      const older = await kept(side);
      expect(older?.ownRules?.leftMs).toBeGreaterThan(0);
      expect(older?.ownRules?.leftMs).toBeLessThanOrEqual(HOUR_S * 1000);
      expect(older?.keptBytes).toBeGreaterThan(full?.keptBytes ?? 0);
      await side.run('SET GLOBAL binlog_expire_logs_seconds = 1');
      const over = await until('it is old enough', async () => {
        const now = await kept(side);
        return now?.isGivenUp ? now : undefined;
      });
      expect(over.ownRules?.leftMs).toBe(0);

      // What has been stored on the other side is not needed any more, and the newest file is kept in any case.
      side.source.acknowledge('forward', await side.position());
      const read = await kept(side);
      expect(read).toMatchObject({isGivenUp: false, ownRules: {leftMs: 1000}});
      expect(read?.keptBytes).toBeLessThan(older?.keptBytes ?? 0);
      await side.run('SET GLOBAL binlog_expire_logs_seconds = 0');
      expect((await kept(side))?.ownRules?.leftMs).toBeUndefined();
      await side.source.dropStream('forward');
      expect(await kept(side)).toBeUndefined();
      await side.run(`SET GLOBAL binlog_expire_logs_seconds = ${HOUR_S}`);
    });

    test('a log that somebody purged is noticed while nobody reads it, and before anything more is read (H-69)', async () => {
      await using here = await world();
      const {side, table} = here;
      await side.source.createStream('forward', [table], never);
      await side.run(ROWS, 'FLUSH BINARY LOGS', ROWS);
      expect(await kept(side)).toMatchObject({isGivenUp: false});
      const [newest] = (await side.rows('SHOW BINARY LOGS')).slice(-1);
      // A server keeps a file for a moment yet that it would need after a crash.
      const gone = await until('the file is gone', async () => {
        await side.run(`PURGE BINARY LOGS TO '${newest?.['Log_name'] ?? ''}'`);
        const now = await kept(side);
        return now?.isGivenUp ? now : undefined;
      });
      expect(gone).toMatchObject({keptBytes: 0, ownRules: {leftMs: 0}});
      await expect(side.source.probeStream('forward', undefined)).rejects.toMatchObject({code: 'CF-SRC-004'});
    });
  });
}
