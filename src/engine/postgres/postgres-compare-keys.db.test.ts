/** Rows asked for by their keys: the same as those found by a range, whatever the types of key and values. */
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {readCell, setCell, tortureColumns, TORTURE_ROWS, tortureSql} from '../../../test/support/torture-table.ts';
import type {Key} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';
import type {KeyRange} from '../engine.ts';

const WHOLE: KeyRange = {after: undefined, to: undefined};
let older: TestSide;
let newer: TestSide;

beforeAll(async () => {
  older = await openSide('source', await (await postgresServer({version: 17})).createDatabase());
  newer = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
});
afterAll(() => Promise.all([older.close(), newer.close()]));

const both = (...statements: readonly string[]) => Promise.all([older.run(...statements), newer.run(...statements)]);
const hashes = async (side: TestSide, table: Table, where: KeyRange | readonly Key[]) => {
  const {rows} = await side.database.compare.rowDigests(table, where, undefined);
  return Object.fromEntries([...rows].map(([key, {hash}]) => [key, hash]));
};
const keysOf = async (side: TestSide, table: Table): Promise<readonly Key[]> => {
  const {rows} = await side.database.compare.rowDigests(table, WHOLE, undefined);
  return [...rows.values()].map(({key}) => key);
};

describe('rows with every built-in type', () => {
  it('have by their keys the hashes that they have by their range, on 17 and 18 (H-49)', async () => {
    await both(...tortureSql);
    const table = await older.table('torture');
    const keys = await keysOf(older, table);
    expect(keys).toHaveLength(TORTURE_ROWS);
    expect(await hashes(older, table, keys)).toEqual(await hashes(older, table, WHOLE));
    expect(await hashes(newer, table, keys)).toEqual(await hashes(older, table, keys));
  });

  it.each(tortureColumns.map((column) => [column.name, column] as const))('show every change of %s', async (_name, column) => {
    const table = await newer.table('torture');
    const [texts, seen] = [new Set<string | null>(), new Set<string>()];
    for (let value = 0; value <= column.values.length; value++) {
      await newer.run(setCell(1, column, value));
      texts.add(await newer.value(readCell(1, column)));
      seen.add(JSON.stringify(await hashes(newer, table, [['1']])));
    }
    expect(seen.size).toBe(texts.size);
    expect(seen.size).toBeGreaterThan(1);
  });
});

/** Types without an order cannot be keys. */
const KEY_TYPES = tortureColumns.filter(
  ({type}) => !/^(json|xml|jsonpath|point|line|lseg|box|path|polygon|circle|xid|pg_snapshot)$/.test(type),
);

describe('keys of every type', () => {
  it.each(KEY_TYPES.map(({type, values}, i) => [type, values, i] as const))('%s', async (type, values, i) => {
    const table = `keyed_${i}`;
    const rows = values.map((value) => `INSERT INTO ${table} VALUES (${pg.escapeLiteral(value)}, 'x') ON CONFLICT DO NOTHING`);
    await both(`CREATE TABLE ${table} (k ${type} PRIMARY KEY, note text)`, ...rows);
    const keyed = await older.table(table);
    const keys = await keysOf(older, keyed);
    expect(keys.length).toBeGreaterThan(0);
    expect(await hashes(newer, keyed, keys)).toEqual(await hashes(older, keyed, WHOLE));
    expect(Object.keys(await hashes(newer, keyed, keys.slice(0, 1)))).toHaveLength(1);
  });
});
