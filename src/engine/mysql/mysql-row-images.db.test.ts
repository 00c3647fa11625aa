import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {mysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';

for (const request of STREAM_SERVERS) {
  const server = await ifHad(() => mysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    let side: StreamSide;
    beforeAll(async () => {
      side = await openStreamSide((await server?.createDatabase()) ?? '', request.flavour);
    });
    afterAll(() => side?.close());

    it('tells rows with and without generated columns: those of MariaDB from 11.8.9 on come without (H-70)', async () => {
      await side.run(
        `CREATE TABLE computed (s int AS (a * 2) STORED, id int PRIMARY KEY, v int AS (a * 3) VIRTUAL, a int, i int AS (a * 4) VIRTUAL, b int, KEY (i))`,
      );
      const table = await side.table('computed');
      const from = await side.position();
      await side.run(
        'INSERT INTO computed (id, a, b) VALUES (1, 1, NULL), (2, NULL, 2)',
        'UPDATE computed SET a = 7 WHERE id = 1',
        'UPDATE computed SET id = 3, b = NULL WHERE id = 2',
        'DELETE FROM computed WHERE id = 1',
      );
      const {name} = table;
      expect(await side.changes(from, [table])).toEqual([
        {kind: 'insert', table: name, key: ['1'], row: {id: '1', a: '1', b: null}},
        {kind: 'insert', table: name, key: ['2'], row: {id: '2', a: null, b: '2'}},
        {kind: 'update', table: name, key: ['1'], row: {id: '1', a: '7', b: null}},
        {kind: 'update', table: name, key: ['3'], oldKey: ['2'], row: {id: '3', a: null, b: null}},
        {kind: 'delete', table: name, key: ['1']},
      ]);
    });

    // MariaDB's may hold NULL, so none of them is a key there.
    if (request.flavour === 'mysql')
      it('tells rows whose key is a generated column by that column', async () => {
        await side.run(`CREATE TABLE labelled (a int, label varchar(9) AS (concat('no ', a)) STORED UNIQUE, v int AS (a * 3) VIRTUAL)`);
        const table = await side.table('labelled', {key: ['label']});
        const from = await side.position();
        await side.run('INSERT INTO labelled (a) VALUES (1)', 'UPDATE labelled SET a = 2', 'DELETE FROM labelled');
        const {name} = table;
        expect(await side.changes(from, [table])).toEqual([
          {kind: 'insert', table: name, key: ['no 1'], row: {a: '1'}},
          {kind: 'update', table: name, key: ['no 2'], oldKey: ['no 1'], row: {a: '2'}},
          {kind: 'delete', table: name, key: ['no 2']},
        ]);
      });
  });
}
