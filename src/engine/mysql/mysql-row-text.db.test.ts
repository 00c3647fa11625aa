import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {mysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';
import {columnsFor, type ValueColumn} from '../../../test/support/mysql-values.ts';
import type {Row} from '../../model/change.ts';
import {type Table, writtenColumns} from '../../model/table.ts';

/** What some of these are in words, so that two wrong readings cannot agree. */
const KNOWN: readonly {readonly type: string; readonly value: string; readonly text: string}[] = [
  {type: 'bigint unsigned', value: '18446744073709551615', text: '18446744073709551615'},
  {type: 'int(6) unsigned zerofill', value: '42', text: '42'},
  {type: 'decimal(30,10)', value: "'-0.0000000001'", text: '-0.0000000001'},
  {type: 'float', value: '16777217.3', text: '16777218'},
  {type: 'date', value: "'2024-00-10'", text: '2024-00-10'},
  {type: 'datetime(6)', value: "'2024-02-29 23:59:59.999999'", text: '2024-02-29 23:59:59.999999'},
  {type: 'timestamp(0) NULL', value: "'0000-00-00 00:00:00'", text: '0000-00-00 00:00:00'},
  {type: 'time(6)', value: "'-01:02:03.999999'", text: '-01:02:03.999999'},
  {type: 'year', value: '0', text: '0000'},
  {type: 'bit(12)', value: "b'1'", text: '\\x0001'},
  {type: 'binary(10)', value: `X'0102030000'`, text: '\\x01020300000000000000'},
  {type: 'char(20) CHARACTER SET latin1', value: `'é€Ÿ'`, text: 'é€Ÿ'},
  {type: `enum('a','b,c','d''e','ü')`, value: "'none of them'", text: ''},
  {type: `set('x','y','z z','ü')`, value: "'z z,x'", text: 'x,z z'},
];

/** One statement a row would take an hour. */
const ROWS = 40;

for (const request of STREAM_SERVERS) {
  const server = await ifHad(() => mysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}: a value is the same text by SELECT and out of the binary log`, () => {
    const columns = columnsFor(request.flavour);
    let side: StreamSide;
    let table: Table;
    beforeAll(async () => {
      side = await openStreamSide((await server?.createDatabase()) ?? '', request.flavour);
      const list = columns.map(({type}, i) => `c${i} ${type}`).join(', ');
      // What an application could have written whose sessions are less strict than ours.
      await side.run(
        `SET SESSION sql_mode = ''`,
        `CREATE TABLE v (id int PRIMARY KEY, ${list}, g_stored int AS (id + 1) STORED, g_virtual int AS (id + 2) VIRTUAL)`,
      );
      table = await side.table('v');
    });
    afterAll(() => side?.close());

    const insert = (first: number, rows: readonly (readonly string[])[]): string =>
      `INSERT INTO v (id, ${columns.map((_, i) => `c${i}`).join(', ')}) VALUES ${rows.map((row, i) => `(${first + i}, ${row.join(', ')})`).join(', ')}`;

    /** By either way, in the order of ids. */
    const written = async (
      rows: readonly (readonly string[])[],
    ): Promise<{readonly read: readonly Row[]; readonly logged: readonly Row[]}> => {
      const from = await side.position();
      await side.run('DELETE FROM v');
      for (let at = 0; at < rows.length; at += 10) await side.run(insert(at, rows.slice(at, at + 10)));
      const {rows: batches} = await side.source.copyRows(table, {after: undefined, to: undefined});
      const read: Row[] = [];
      for await (const batch of batches) read.push(...batch);
      const logged = (await side.changes(from, [table])).flatMap((change) => (change.kind === 'insert' ? [change.row] : []));
      return {read, logged};
    };

    it('for the values that every type has trouble with (H-33 to H-58)', async () => {
      const most = Math.max(...columns.map(({values}) => values.length));
      const rows = Array.from({length: most}, (_, i) => columns.map(({values}) => values[i] ?? 'NULL'));
      const {read, logged} = await written(rows);
      expect(read).toHaveLength(most);
      expect(Object.keys(read[0] ?? {})).toEqual(writtenColumns(table).map(({name}) => name));
      columns.forEach(({type}, i) => {
        const of = (all: readonly Row[]) => all.map((row) => row[`c${i}`]);
        expect({type, texts: of(logged)}).toEqual({type, texts: of(read)});
      });
      for (const {type, value, text} of KNOWN) {
        const i = columns.findIndex((one) => one.type === type);
        const row = columns[i]?.values.indexOf(value) ?? -1;
        expect({type, value, text: read[row]?.[`c${i}`]}).toEqual({type, value, text});
      }
    });

    it('for any other value', async () => {
      const row = fc.tuple(
        ...columns.map((column: ValueColumn) => fc.oneof({weight: 1, arbitrary: fc.constant('NULL')}, {weight: 9, arbitrary: column.any})),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(row, {minLength: ROWS, maxLength: ROWS}), async (rows) => {
          const {read, logged} = await written(rows);
          expect(logged).toEqual(read);
        }),
        {numRuns: 5, endOnFailure: true},
      );
    });
  });
}
