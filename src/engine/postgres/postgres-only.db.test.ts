/** The filter of a mapping: the server and the model agree about every row, and what lies outside is left alone. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import {passes, type RowFilter} from '../../model/row-filter.ts';
import type {Table} from '../../model/table.ts';

const byText = (a: unknown, b: unknown): number => String(a).localeCompare(String(b));

let side: TestSide;

beforeAll(async () => {
  side = await openSide('target', await (await postgresServer()).createDatabase());
  await side.run(
    'CREATE TABLE part (id int PRIMARY KEY, i int, t text, u uuid, d date, v varchar(20))',
    `INSERT INTO part VALUES
       (1, 7, 'a', '00000000-0000-0000-0000-00000000000a', '2024-02-29', 'x'), (2, -7, 'A', NULL, '2024-03-01', 'x '),
       (3, NULL, '', '00000000-0000-0000-0000-00000000000b', NULL, ''), (4, 70, 'a ', NULL, 'infinity', NULL),
       (5, 7, NULL, '00000000-0000-0000-0000-00000000000a', '0044-03-15 BC', 'é'), (6, 0, 'é', NULL, '2024-02-29', '''')`,
  );
  await side.database.control.install();
});
afterAll(() => side.close());

const whole = {after: undefined, to: undefined};
const column = (name: string, kind: 'in' | 'not-in', ...values: string[]) => ({column: name, kind, values}) as const;

const FILTERS: readonly RowFilter[] = [
  [column('i', 'in', '7')],
  [column('i', 'not-in', '7', '0')],
  [column('t', 'in', 'a', '')],
  [column('t', 'not-in', 'a')],
  [column('u', 'in', '00000000-0000-0000-0000-00000000000a'), column('i', 'in', '7')],
  [column('d', 'in', '2024-02-29')],
  [column('v', 'not-in', "'")],
  [column('v', 'in', 'x'), column('t', 'not-in', 'b')],
];

test.each(FILTERS.map((only) => [JSON.stringify(only), only] as const))('server and model agree about %s', async (_, only) => {
  const table = await side.table('part');
  const {compare, source} = side.database;
  const {rows} = await compare.read(table, whole, undefined);
  const expected = rows.filter((row) => passes(only, row)).map((row) => row['id']);
  const part: Table = {...table, only};
  const ids = (found: readonly Row[]) => found.map((row) => row['id']).toSorted(byText);
  const keys = rows.map((row) => [row['id'] ?? '']);
  expect(expected.length).toBeGreaterThan(0);
  expect(ids((await compare.read(part, whole, undefined)).rows)).toEqual(expected.toSorted(byText));
  expect(ids(await compare.rows(part, keys))).toEqual(expected.toSorted(byText));
  expect(ids(await source.readRows(part, keys, new Set()))).toEqual(expected.toSorted(byText));
  expect(await compare.count(part)).toBe(BigInt(expected.length));
  expect(await compare.counts([part, table])).toEqual([BigInt(expected.length), 6n]);
  expect((await compare.digest(part, whole, undefined)).digest.count).toBe(BigInt(expected.length));
  const copied = await source.copyRows(part, whole);
  const found: Row[] = [];
  for await (const batch of copied.rows) found.push(...batch);
  await copied.done();
  expect(ids(found)).toEqual(expected.toSorted(byText));
});

test('a truncate spares the rows outside, and a text that is too long is refused instead of being cut off', async () => {
  await side.run(
    'CREATE TABLE kept (id int PRIMARY KEY, tenant int, short varchar(3))',
    `INSERT INTO kept VALUES (1, 7, 'a'), (2, 8, 'b')`,
  );
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
  await side.database.target.setProgress('reverse', '0/1' as Position, 1);
  const table: Table = {...(await side.table('kept')), only: [column('tenant', 'in', '7')]};
  const applier = await side.database.target.applier('reverse', 1, [table]);
  await applier.write([{table: table.name, steps: [{kind: 'truncate'}]}]);
  await applier.commit({position: '0/2' as Position, commitSeq: 0, rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []});
  expect(await side.value(`SELECT string_agg(id::text, ',') FROM kept`)).toBe('2');
  const tooLong = applier.write([
    {table: table.name, steps: [{kind: 'rows', operations: [{form: 'update', key: ['2'], row: {short: 'long'}, exact: true}]}]},
  ]);
  await expect(tooLong).rejects.toMatchObject({code: 'CF-APPLY-002'});
  await applier.close();
});
