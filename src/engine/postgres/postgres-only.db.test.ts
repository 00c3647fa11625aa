/** The filter of a mapping: the server and the model agree about every row, and what lies outside is left alone. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {digestOf} from '../../../test/support/digests.ts';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {RowOperation} from '../../model/row-operation.ts';
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
  expect((await digestOf(compare, part, whole)).count).toBe(BigInt(expected.length));
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
  const write = (operation: RowOperation) => applier.write([{table: table.name, steps: [{kind: 'rows', operations: [operation]}]}]);
  await write({form: 'insert', key: ['3'], row: {id: '3', tenant: '7', short: 'c'}});
  await expect(write({form: 'update', key: ['3'], row: {short: 'long'}, exact: true})).rejects.toMatchObject({code: 'CF-APPLY-002'});
  await applier.close();
});

test('a row of somebody else under the same key is never overwritten, moved or deleted', async () => {
  await side.run('CREATE TABLE theirs (id int PRIMARY KEY, tenant int)', 'INSERT INTO theirs VALUES (1, 8)');
  const table: Table = {...(await side.table('theirs')), only: [column('tenant', 'in', '7')]};
  const row = {id: '1', tenant: '7'};
  const refused: readonly RowOperation[] = [
    {form: 'insert', key: ['1'], row},
    {form: 'upsert', key: ['1'], row},
    {form: 'update', key: ['1'], row, exact: true},
    {form: 'move', oldKey: ['1'], key: ['2'], row: {...row, id: '2'}},
    {form: 'delete', key: ['1'], exact: true},
  ];
  for (const operation of refused) {
    const applier = await side.database.target.applier('reverse', 1, [table]);
    await expect(
      applier.write([{table: table.name, steps: [{kind: 'rows', operations: [operation]}]}]),
      operation.form,
    ).rejects.toMatchObject({
      code: 'CF-APPLY-001',
    });
    await applier.close();
  }
  const applier = await side.database.target.applier('reverse', 1, [table]);
  const {missing} = await applier.write([
    {table: table.name, steps: [{kind: 'rows', operations: [{form: 'delete', key: ['1'], exact: false}]}]},
    {table: table.name, steps: [{kind: 'rows', operations: [{form: 'update', key: ['1'], row, exact: false}]}]},
  ]);
  expect(missing.map(({key}) => key)).toEqual([['1']]);
  await applier.close();
  expect(await side.value('SELECT tenant FROM theirs')).toBe('8');
});

test('a sequence that others draw from is never taken back, and one that nobody has drawn from is set', async () => {
  const SEQUENCES = ['ahead', 'nearly', 'behind', 'fresh'];
  await side.run(
    ...SEQUENCES.map((name) => `CREATE SEQUENCE ${name}`),
    'CREATE SEQUENCE down INCREMENT -1',
    `SELECT setval('ahead', 90000), setval('nearly', 1000), setval('behind', 5), setval('down', -9000)`,
  );
  const state = (name: string, shared?: 'never-back') => ({
    ...{name: {schema: 'public', name}, last: '70', isCalled: true, increment: '1', cache: '1', min: '1', max: '1000000'},
    ...(shared ? {shared} : {}),
  });
  const values = () =>
    side.value(`SELECT concat_ws(' ', ${[...SEQUENCES, 'down'].map((name) => `(SELECT last_value FROM ${name})`).join(', ')})`);
  const down = {...state('down', 'never-back'), last: '-70', increment: '-1', min: '-1000000', max: '-1'};
  await side.database.target.setSequences([...SEQUENCES.map((name) => state(name, 'never-back')), down], 1000);
  expect(await values()).toBe('90000 1000 1071 1071 -9000');
  await side.database.target.setSequences([{...down, last: '-10000'}, state('ahead')], 1000);
  expect(await values(), 'nobody else draws from the first').toBe('1071 1000 1071 1071 -11001');
});
