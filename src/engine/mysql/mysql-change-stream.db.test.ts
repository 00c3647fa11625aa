import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ownMysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {StreamEvent} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {Table} from '../../model/table.ts';
import {comparePositions} from './mysql-position.ts';

const ends =
  (commits: number) =>
  (events: readonly StreamEvent[]): boolean =>
    events.filter(({type}) => type === 'commit').length >= commits;
/** Of the stream, without what happens when nothing does. */
const told = (events: readonly StreamEvent[]) => events.filter(({type}) => type !== 'idle');

for (const request of STREAM_SERVERS) {
  // Of its own: all that stands in its log is told, and the log is purged.
  const server = await ifHad(() => ownMysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    let side: StreamSide;
    let item: Table;
    beforeAll(async () => {
      side = await openStreamSide((await server?.createDatabase()) ?? '', request.flavour);
      await side.run(`CREATE TABLE item (id bigint PRIMARY KEY, a varchar(50), b int)`, `CREATE TABLE other (id int PRIMARY KEY)`);
      item = await side.table('item');
    });
    afterAll(async () => {
      await side?.close();
      await server?.stop();
    });

    it('tells whole transactions in order, each with its position from its beginning, and goes on from any of them', async () => {
      const from = await side.position();
      await side.run(
        'BEGIN',
        `INSERT INTO item VALUES (1, 'one', NULL), (2, 'two', 2)`,
        `UPDATE item SET id = 3, a = 'three' WHERE id = 2`,
        `INSERT INTO other VALUES (1)`,
        `COMMIT`,
        'BEGIN',
        `DELETE FROM item WHERE id = 1`,
        'ROLLBACK',
        `DELETE FROM item WHERE id = 3`,
      );
      const all = told(await side.events(from, [item], ends(2)));
      const table = item.name;
      const [first, second] = all.flatMap((event) => (event.type === 'begin' ? [event] : []));
      expect(all).toEqual([
        first,
        {type: 'change', change: {kind: 'insert', table, key: ['1'], row: {id: '1', a: 'one', b: null}}},
        {type: 'change', change: {kind: 'insert', table, key: ['2'], row: {id: '2', a: 'two', b: '2'}}},
        {type: 'change', change: {kind: 'update', table, key: ['3'], oldKey: ['2'], row: {id: '3', a: 'three', b: '2'}}},
        {type: 'commit', end: first?.commit},
        second,
        {type: 'change', change: {kind: 'delete', table, key: ['3']}},
        {type: 'commit', end: second?.commit},
      ]);
      if (!first || !second) throw new Error('two transactions');
      expect(comparePositions(first.commit, from)).toBe(1);
      expect(second.commit).toBe(await side.position());
      expect(told(await side.events(first.commit, [item], ends(1)))).toEqual(all.slice(5));
      await side.run('DELETE FROM item');
    });

    it('tells marks, and transactions of our own by their first row (H-59)', async () => {
      const from = await side.position();
      const marked = await side.source.mark(`chunk 7 'ü' \\`);
      await side.source.untilVisible(new AbortController().signal);
      await side.run(
        'BEGIN',
        `INSERT INTO crossfade.tag VALUES ('${side.short}', 'forward', 1) ON DUPLICATE KEY UPDATE n = n + 1`,
        `INSERT INTO item VALUES (10, 'ours', 1)`,
        'COMMIT',
        'BEGIN',
        `INSERT INTO crossfade.tag VALUES ('another', 'forward', 1) ON DUPLICATE KEY UPDATE n = n + 1`,
        `INSERT INTO item VALUES (11, 'theirs', 1)`,
        'COMMIT',
      );
      const all = told(await side.events(from, [item], ends(4)));
      expect(all.map((event) => (event.type === 'mark' ? event.content : event.type))).toEqual([
        ...['begin', `chunk 7 'ü' \\`, 'commit'],
        ...['begin', 'commit'],
        ...['begin', 'ours', 'change', 'commit'],
        ...['begin', 'change', 'commit'],
      ]);
      const [, , commit] = all;
      expect(commit).toEqual({type: 'commit', end: marked});
      await side.run('DELETE FROM item');
    });

    it('reads events by what the table was when they were written (H-29, H-45), and says so', async () => {
      await side.run(`CREATE TABLE shifting (id int PRIMARY KEY, a enum('x','y'), b varchar(9), c varchar(9))`);
      const shifting = await side.table('shifting');
      const from = await side.position();
      await side.run(
        `INSERT INTO shifting VALUES (1, 'y', 'b', 'c')`,
        `ALTER TABLE shifting MODIFY a enum('w','x','y'), DROP COLUMN b, ADD COLUMN b varchar(9) AFTER c`,
        `INSERT INTO shifting VALUES (2, 'y', 'c', 'b')`,
        `ALTER TABLE shifting DROP COLUMN b`,
        `INSERT INTO shifting VALUES (3, 'w', 'c')`,
      );
      const all = told(await side.events(from, [shifting], ends(5)));
      expect(all.flatMap((event) => (event.type === 'change' && event.change.kind === 'insert' ? [event.change.row] : []))).toEqual([
        {id: '1', a: 'y', b: 'b', c: 'c'},
        {id: '2', a: 'y', b: 'b', c: 'c'},
        {id: '3', a: 'w', b: null, c: 'c'},
      ]);
      expect(all.filter(({type}) => type === 'schema')).toEqual([
        {type: 'schema', table: undefined, what: 'ALTER TABLE shifting'},
        {type: 'schema', table: undefined, what: 'ALTER TABLE shifting'},
        {type: 'schema', table: shifting.name, what: 'columns were (a, b, c, id) and are now (a, c, id)'},
      ]);
      await side.run('DROP TABLE shifting');
    });

    it('tells a truncate as what it is, and the loss of a partition as a change of its table (H-7, H-14)', async () => {
      await side.run(
        `CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (20))`,
      );
      const parts = await side.table('parts');
      const from = await side.position();
      await side.run(
        'INSERT INTO parts VALUES (1), (11)',
        'TRUNCATE TABLE `item` /* why */',
        'TRUNCATE other',
        'ALTER TABLE parts DROP PARTITION high',
      );
      const all = told(await side.events(from, [item, parts], ends(4)));
      expect(all.flatMap((event) => (event.type === 'begin' || event.type === 'commit' ? [] : [event]))).toEqual([
        {type: 'change', change: {kind: 'insert', table: parts.name, key: ['1'], row: {id: '1'}}},
        {type: 'change', change: {kind: 'insert', table: parts.name, key: ['11'], row: {id: '11'}}},
        {type: 'change', change: {kind: 'truncate', tables: [item.name]}},
        {type: 'schema', table: parts.name, what: 'ALTER TABLE parts'},
      ]);
      await side.run('DROP TABLE parts');
    });

    it('stops at rows that are not whole (H-70), at statements that write rows (H-71), at prepared transactions (H-68)', async () => {
      const rogue = await side.session();
      const stopped = async (...statements: readonly string[]): Promise<unknown> => {
        const from = await side.position();
        for (const statement of statements) await rogue.query(statement);
        return side.changes(from, [item]);
      };
      await side.run(`INSERT INTO item VALUES (1, 'a', 1)`);
      await expect(stopped(`SET SESSION binlog_row_image = MINIMAL`, `UPDATE item SET b = 2`)).rejects.toMatchObject({code: 'CF-SRC-001'});
      await expect(
        stopped(`SET SESSION binlog_row_image = FULL`, `SET SESSION binlog_format = STATEMENT`, `UPDATE item SET b = 3 WHERE id = 1`),
      ).rejects.toMatchObject({code: 'CF-SRC-001'});
      await expect(
        stopped(`SET SESSION binlog_format = ROW`, `XA START 'x'`, `UPDATE item SET b = 4 WHERE id = 1`, `XA END 'x'`, `XA PREPARE 'x'`),
      ).rejects.toMatchObject({code: 'CF-SCOPE-004'});
      await rogue.query(`XA ROLLBACK 'x'`);
      await expect(
        stopped(`XA START 'y'`, `INSERT INTO other VALUES (7)`, `XA END 'y'`, `XA PREPARE 'y'`, `XA COMMIT 'y'`),
      ).resolves.toEqual([]);
      await rogue.close();
      await side.run('DELETE FROM item', 'DELETE FROM other');
    });

    it('reads no faster than it is read, and loses nothing by it (H-66)', async () => {
      const from = await side.position();
      const rows = 60;
      const long = 'x'.repeat(500_000);
      await side.run(`CREATE TABLE wide (id int PRIMARY KEY, a longtext)`);
      const wide = await side.table('wide');
      for (let id = 0; id < rows; id++) await side.run(`INSERT INTO wide VALUES (${id}, '${long}')`);
      const stop = new AbortController();
      let seen = 0;
      let bytesMax = 0;
      for await (const batch of side.source.changes('forward', from, [wide], stop.signal)) {
        const inserted = batch.flatMap((event) =>
          event.type === 'change' && event.change.kind === 'insert' ? [event.change.row['a']?.length ?? 0] : [],
        );
        bytesMax = Math.max(
          bytesMax,
          inserted.reduce((sum, bytes) => sum + bytes, 0),
        );
        seen += inserted.length;
        // Whatever may come comes while this one stands still.
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (seen === rows) stop.abort();
      }
      expect(seen).toBe(rows);
      expect(bytesMax).toBeGreaterThan(long.length);
      expect(bytesMax).toBeLessThan(10 << 20);
      await side.run('DROP TABLE wide');
    });

    it('goes on after transactions that have a name of their own: a tag, a domain (H-73)', async () => {
      const [other, usual] =
        request.flavour === 'mysql'
          ? [`SET SESSION gtid_next = 'AUTOMATIC:some_tag'`, `SET SESSION gtid_next = 'AUTOMATIC'`]
          : [`SET SESSION gtid_domain_id = 7`, `SET SESSION gtid_domain_id = 0`];
      const from = await side.position();
      await side.run(
        other,
        `INSERT INTO item VALUES (1, 'a', 1)`,
        `INSERT INTO item VALUES (2, 'b', 1)`,
        usual,
        `INSERT INTO item VALUES (3, 'c', 1)`,
      );
      const all = told(await side.events(from, [item], ends(3)));
      const places = all.flatMap((event) => (event.type === 'commit' ? [event.end] : []));
      expect(places.at(-1)).toBe(await side.position());
      for (const [i, place] of places.entries()) {
        await side.source.mark('later');
        expect(told(await side.events(place, [item], ends(3 - i))).slice(0, 3 * (2 - i))).toEqual(all.slice(3 * (i + 1)));
      }
      await side.run('DELETE FROM item');
    });

    it('goes on where it was when its connection is cut', async () => {
      const from = await side.position();
      await side.run(`INSERT INTO item VALUES (1, 'a', 1)`);
      const stop = new AbortController();
      const cut = async (): Promise<unknown> => {
        for await (const batch of side.source.changes('forward', from, [item], stop.signal)) {
          if (!batch.some(({type}) => type === 'commit')) continue;
          for (const {Id: id, Command: command} of await side.rows('SHOW PROCESSLIST'))
            if (command?.startsWith('Binlog Dump')) await side.run(`KILL ${id ?? ''}`);
        }
        return undefined;
      };
      await expect(cut()).rejects.toMatchObject({code: 'CF-CONN-004'});
      await side.run(`INSERT INTO item VALUES (2, 'b', 1)`);
      expect((await side.changes(from, [item])).map(({kind}) => kind)).toEqual(['insert', 'insert']);
      await side.run('DELETE FROM item');
    });

    it('stops when the log no longer reaches back, and does not begin at its end instead (H-69)', async () => {
      await side.run(`CREATE TABLE gone (id int PRIMARY KEY)`);
      const table = await side.table('gone');
      const created = await side.source.createStream('reverse', [table], new AbortController().signal);
      await side.run('INSERT INTO gone VALUES (1)', 'FLUSH BINARY LOGS', 'INSERT INTO gone VALUES (2)');
      // Not while a reader that was cut off is still at it, or the engine has not said that it is done with the file.
      await untilTrue('the log is purged', async () => {
        const logs = await side.rows('SHOW BINARY LOGS');
        await side.run(`PURGE BINARY LOGS TO '${logs.at(-1)?.['Log_name'] ?? ''}'`);
        return logs.length === 1;
      });
      await expect(side.source.probeStream('reverse', created)).rejects.toMatchObject({
        code: 'CF-SRC-004',
        message: expect.stringContaining('reaches back'),
      });
      await expect(side.changes(created, [table])).rejects.toMatchObject({code: 'CF-SRC-004'});
      const now = await side.position();
      for (const from of [created, now]) expect(await side.source.watchedFrom?.('reverse', from)).toBe(now);
      await side.source.probeStream('reverse', now);
      const [last = ''] = /\d+$/.exec(now) ?? [];
      const ahead = `${now.slice(0, -last.length)}${BigInt(last) + 1000n}` as Position;
      await expect(side.source.probeStream('reverse', ahead)).rejects.toMatchObject({
        code: 'CF-SRC-004',
        message: expect.stringContaining('has lost'),
      });
    });
  });
}
