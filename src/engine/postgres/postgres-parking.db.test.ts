/** A lane that leaves out the rows that the server refuses for their values (H-109). */
import {randomBytes} from 'node:crypto';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {RowOperation} from '../../model/row-operation.ts';

const nothing = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};
const at = (text: string): Position => text as Position;
const insert = (row: Row): RowOperation => ({form: 'insert', key: [row['id'] ?? null], row});
const row = (id: string, more: Row = {}): Row => ({
  id,
  word: 'new',
  code: `code ${id}`,
  n: '1',
  mood: 'glad',
  during: null,
  big: null,
  ...more,
});

/** Longer than an index takes, however it is packed. */
const incompressible = (length: number): string => randomBytes(length).toString('hex');

let side: TestSide;

beforeAll(async () => {
  side = await openSide('source', await (await postgresServer()).createDatabase());
  await side.run(
    `CREATE TYPE mood AS ENUM ('glad')`,
    `CREATE TABLE items (id int PRIMARY KEY, word varchar(5) CHECK (word <> 'odd'), code text UNIQUE, n smallint NOT NULL, mood mood, during tsrange, big text UNIQUE,
       EXCLUDE USING gist (during WITH &&))`,
    `CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)`,
    `CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10)`,
    `INSERT INTO items VALUES (1, 'old', 'one', 1, 'glad', '[2024-01-01, 2024-02-01)'), (2, 'old', 'two', 2, 'glad', NULL)`,
  );
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
  await side.database.target.setProgress('reverse', at('0/1'), 1);
});
afterAll(() => side.close());

test('refused rows are left out and named without their values, and the rest is done', async () => {
  const [items, parts] = [await side.table('items'), await side.table('parts')];
  const {target} = side.database;
  const lane = await target.applier('reverse', 1, [items, parts], {parks: true});
  const bad: readonly [Row, RegExp][] = [
    [row('101', {word: 'a secret much too long'}), /^22001: value too long/],
    [row('102', {n: '70000'}), /^22003: /],
    [row('103', {n: null}), /^23502: null value in column "n"/],
    [row('104', {code: 'two'}), /^23505: .*"items_code_key"/],
    [row('105', {word: 'odd'}), /^23514: .*"items_word_check"/],
    [row('106', {mood: 'ecstatic'}), /^22P02: invalid input value for enum/],
    [row('108', {big: incompressible(20_000)}), /^54000: index row/],
    [row('107', {during: '[2024-01-15, 2024-01-16)'}), /^23P01: .*"items_during_excl"/],
  ];
  const good = Array.from({length: 300}, (_, i) => insert(row(String(1000 + i))));
  const later: RowOperation = {form: 'update', key: ['101'], row: row('101'), exact: true};
  const operations = [...good.slice(0, 150), ...bad.map(([one]) => insert(one)), ...good.slice(150)];
  const {missing, refused} = await lane.write([
    {table: items.name, steps: [operations, [later]].map((step) => ({kind: 'rows', operations: step}) as const)},
    {table: parts.name, steps: [{kind: 'rows', operations: [insert({id: '5'}), insert({id: '50'})]}]},
  ]);
  expect(missing).toEqual([]);
  for (const [one, reason] of bad) expect(refused.find(({key}) => key[0] === one['id'])?.reason, one['id'] ?? '').toMatch(reason);
  expect(refused.filter(({key}) => key[0] === '101')[1]?.reason, 'what comes later for such a row').toContain('comes after');
  expect(refused.at(-1)).toMatchObject({table: parts.name, key: ['50'], reason: expect.stringContaining('no partition')});
  expect(JSON.stringify(refused)).not.toMatch(/secret|70000|'two'|ecstatic|01-15/);
  await lane.commit({position: at('0/2'), commitSeq: 0, ...nothing});
  expect(await side.value('SELECT count(*) FROM items')).toBe('302');
  expect((await target.windows()).rereads).toHaveLength(9);
  const parked = await target.parked();
  expect(parked.map(({key}) => key[0])).toEqual(['101', '102', '103', '104', '105', '106', '107', '108', '50']);
  expect(parked.every(({since}) => Date.parse(since) > Date.now() - 3_600_000)).toBe(true);
  await lane.commit({
    position: at('0/2'),
    commitSeq: 1,
    ...nothing,
    rereadRemove: bad.map(([one]) => ({table: items.name, key: [one['id'] ?? null]})),
    rereadClear: [parts.name],
  });
  expect([await target.parked(), (await target.windows()).rereads]).toEqual([[], []]);
  await lane.close();
});

test('what is no row’s fault is not parked: a row that somebody else has written, a column that is gone', async () => {
  const items = await side.table('items');
  const {target} = side.database;
  const write = async (operation: RowOperation): Promise<unknown> => {
    const lane = await target.applier('reverse', 1, [items], {parks: true});
    try {
      return await lane.write([{table: items.name, steps: [{kind: 'rows', operations: [operation]}]}]);
    } finally {
      await lane.close();
    }
  };
  await expect(write(insert(row('2')))).rejects.toMatchObject({code: 'CF-APPLY-001'});
  await expect(write({form: 'move', oldKey: ['1'], key: ['2'], row: row('2')})).rejects.toMatchObject({code: 'CF-APPLY-001'});
  await expect(write({form: 'delete', key: ['77'], exact: true})).rejects.toMatchObject({code: 'CF-APPLY-001'});
  await side.run('ALTER TABLE items DROP COLUMN mood');
  await expect(write(insert(row('3')))).rejects.toMatchObject({code: 'CF-APPLY-002'});
});
