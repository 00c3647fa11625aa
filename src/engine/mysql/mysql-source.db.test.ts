import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {mysqlServer} from '../../../test/support/mysql-servers.ts';
import {openStreamSide, STREAM_SERVERS, type StreamSide} from '../../../test/support/mysql-stream-side.ts';
import {ifHad} from '../../../test/support/servers.ts';
import {keyText, type Row} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';
import {rowsOfCopy} from '../row-lines.ts';
import type {KeyRange} from '../engine.ts';
import {comparePositions} from './mysql-position.ts';

const ALL: KeyRange = {after: undefined, to: undefined};
const never = new AbortController().signal;

for (const request of STREAM_SERVERS) {
  const server = await ifHad(() => mysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    let side: StreamSide;
    beforeAll(async () => {
      side = await openStreamSide((await server?.createDatabase()) ?? '', request.flavour);
    });
    afterAll(() => side?.close());

    const rowsIn = async (table: Table, range: KeyRange): Promise<readonly Row[]> => {
      const {rows, done} = await side.source.copyRows(table, range);
      const found: Row[] = [];
      for await (const batch of rows) found.push(...batch);
      await done();
      return found;
    };

    it.each([
      ['numbers', `id bigint unsigned PRIMARY KEY`, ['id'], 'CAST(i AS UNSIGNED) * 1000000007 + 9223372036854775808'],
      [
        'texts that differ in case only by their rules (H-49)',
        `id varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY`,
        ['id'],
        `CONCAT(CHAR(97 + i % 26), IF(i % 2, 'Ä', 'b'), i)`,
      ],
      ['bytes', `id varbinary(9) PRIMARY KEY`, ['id'], `UNHEX(CONCAT(LPAD(HEX(i % 256), 2, '0'), LPAD(HEX(i), 6, '0')))`],
      ['instants', `id timestamp(6) PRIMARY KEY`, ['id'], `FROM_UNIXTIME(1700000000 + i / 7)`],
      [
        'several columns',
        `a int, b varchar(5), c decimal(9,3), PRIMARY KEY (a, b, c)`,
        ['a', 'b', 'c'],
        `i DIV 1500, CHAR(97 + i % 3), i / 8`,
      ],
    ])('cuts a table by keys of %s into ranges that hold each row once', async (_, columns, key, values) => {
      await side.run(
        `DROP TABLE IF EXISTS cut`,
        `CREATE TABLE cut (${columns})`,
        `INSERT INTO cut WITH RECURSIVE n AS (SELECT 0 i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT ${values} FROM n`,
        `INSERT INTO cut WITH RECURSIVE n AS (SELECT 901 i UNION ALL SELECT i + 1 FROM n WHERE i < 1800) SELECT ${values} FROM n`,
        `INSERT INTO cut WITH RECURSIVE n AS (SELECT 1801 i UNION ALL SELECT i + 1 FROM n WHERE i < 2600) SELECT ${values} FROM n`,
      );
      const table = await side.table('cut', {key, estimatedRows: 2601, estimatedBytes: 2601 * 100});
      const ranges = await side.source.planRanges(table, 100);
      expect(ranges).toHaveLength(3);
      const found = (await Promise.all(ranges.map((range) => rowsIn(table, range)))).map((rows) =>
        rows.map((row) => keyText(key.map((name) => row[name] ?? null))),
      );
      expect(found.map((keys) => keys.length)).toEqual([1000, 1000, 601]);
      expect(new Set(found.flat()).size).toBe(2601);
      const [first, second] = ranges;
      const inner = {after: first?.to, to: second?.to};
      expect(await side.source.planRanges(table, 9_999_999, inner)).toEqual([inner]);
      expect(await side.source.planRanges(table, 100, {after: undefined, to: second?.to})).toEqual([first, second]);
    });

    it('leaves a table whole whose key has another order in a condition than in its index', async () => {
      await side.run(`CREATE TABLE labelled (id enum('z','a') PRIMARY KEY)`);
      const table = await side.table('labelled', {estimatedRows: 9999, estimatedBytes: 999_999});
      expect(await side.source.planRanges(table, 1)).toEqual([ALL]);
    });

    it('gives the same rows as lines and as values, of a filter only those that belong to it', async () => {
      await side.run(
        `CREATE TABLE mixed (id int PRIMARY KEY, t text, b varbinary(9), region varchar(9))`,
        `INSERT INTO mixed VALUES (1, 'a\\\\\\n\\tb', X'00ff', 'eu'), (2, NULL, NULL, 'EU'), (3, '', '', 'eu '), (4, 'x', 'y', NULL)`,
      );
      const table = await side.table('mixed');
      const {stream, done} = await side.source.copyOut(table, ALL, 'text');
      const lines: Row[] = [];
      for await (const batch of rowsOfCopy(stream, ['id', 't', 'b', 'region'])) lines.push(...batch);
      await done();
      expect(lines).toEqual(await rowsIn(table, ALL));
      expect(lines[0]).toEqual({id: '1', t: 'a\\\n\tb', b: '\\x00ff', region: 'eu'});
      const only = (kind: 'in' | 'not-in', column: string, value: string): Table => ({...table, only: [{column, kind, values: [value]}]});
      const ids = async (filtered: Table) => (await rowsIn(filtered, ALL)).map(({id}) => id);
      expect(await ids(only('in', 'region', 'eu'))).toEqual(['1']);
      expect(await ids(only('not-in', 'region', 'eu'))).toEqual(['2', '3']);
      expect(await ids(only('in', 'b', '\\x00ff'))).toEqual(['1']);
      expect(await ids(only('in', 'id', '4'))).toEqual(['4']);
    });

    it('reads rows by exactly these keys, and none that only resembles one', async () => {
      await side.run(
        `CREATE TABLE named (name varchar(20) COLLATE utf8mb4_general_ci, f float, n bigint unsigned, v int, PRIMARY KEY (name, f, n))`,
        `INSERT INTO named VALUES ('Anna', 0.1, 18446744073709551615, 1), ('é ''\\\\', -1.5, 0, 2)`,
      );
      const table = await side.table('named');
      const found = (key: readonly string[]) => side.source.readRows(table, [key], new Set());
      const [anna, other] = await rowsIn(table, ALL);
      const keyOf = (row: Row | undefined) => table.key.map((name) => row?.[name] ?? '');
      expect(await found(keyOf(anna))).toEqual([anna]);
      expect(await found(keyOf(other))).toEqual([other]);
      expect(await found(['anna', ...keyOf(anna).slice(1)])).toEqual([]);
      expect(await found(['Anna ', ...keyOf(anna).slice(1)])).toEqual([]);
      expect(await found([...keyOf(anna).slice(0, 2), '18446744073709551614'])).toEqual([]);
      expect(await side.source.readRows(table, [keyOf(other), keyOf(anna)], new Set())).toHaveLength(2);
    });

    it('shows in every read what the stream has delivered', async () => {
      await side.run('CREATE TABLE seen (id int PRIMARY KEY)');
      const table = await side.table('seen');
      const from = await side.position();
      await side.run('INSERT INTO seen VALUES (1)');
      const delivered = new Set<string>();
      await side.events(from, [table], (events) => {
        for (const event of events) if (event.type === 'begin') delivered.add(event.transaction);
        return delivered.size > 0;
      });
      expect(await side.source.unseen(delivered)).toEqual(new Set());
      expect(await side.source.readRows(table, [['1']], delivered)).toEqual([{id: '1'}]);
      await side.source.untilVisible(never);
    });

    it('remembers where a stream was created, and what its tables were', async () => {
      await side.run(`CREATE TABLE kept (id int PRIMARY KEY, a varchar(9))`);
      const table = await side.table('kept');
      const created = await side.source.createStream('forward', [table], never);
      await side.run('INSERT INTO kept VALUES (1, NULL)');
      expect(await side.source.createStream('forward', [table], never)).toBe(created);
      expect((await side.changes(created, [table])).map(({kind}) => kind)).toEqual(['insert']);
      expect(comparePositions(await side.source.mark('later'), created)).toBe(1);
      await side.source.probeStream('forward', undefined);
      await side.source.probeStream('forward', await side.position());
      const scope = {tables: ['*.*'], exclude: []};
      await side.source.probeSchema('forward', undefined);
      expect(await side.source.hasSameSchema()).toBe(true);
      await expect(side.source.probeSchema('forward', scope)).rejects.toThrow(/table .*\.seen is new/);
      await side.run(`ALTER TABLE kept MODIFY a varchar(10), ADD b int`);
      expect(await side.source.hasSameSchema()).toBe(false);
      await expect(side.source.probeSchema('forward', undefined)).rejects.toMatchObject({
        code: 'CF-DDL-001',
        message: expect.stringMatching(/column .*kept\.a was varchar\(9\).*, is varchar\(10\)/),
      });
      await side.source.dropStream('forward');
      await expect(side.source.probeStream('forward', undefined)).rejects.toMatchObject({code: 'CF-SRC-004'});
    });

    it('tells the next number of AUTO_INCREMENT, also of a row that was rolled back (H-11)', async () => {
      await side.run(
        `CREATE TABLE counted (id smallint unsigned PRIMARY KEY AUTO_INCREMENT, a varchar(99) COMMENT ') AUTO_INCREMENT=99')`,
        `INSERT INTO counted (a) VALUES ('x'), ('y')`,
        'BEGIN',
        `INSERT INTO counted (a) VALUES ('z')`,
        'ROLLBACK',
      );
      const table = await side.table('counted');
      const owner = {table: table.name, column: 'id'};
      const state = {name: table.name, owner, last: '4', isCalled: false, increment: '1', cache: '1', min: '1', max: '65535'};
      expect(await side.source.readSequences([table])).toEqual([state]);
      await side.run('DELETE FROM counted', 'ALTER TABLE counted AUTO_INCREMENT = 1');
      expect(await side.source.readSequences([table])).toEqual([{...state, last: '1'}]);
    });
  });
}
