import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {digestOf} from '../../test/support/digests.ts';
import type {Compare, KeyRange, Source} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import {mysqlToPostgres} from '../mapping/mysql-to-postgres/pair.ts';
import {type Key, keyText, type Row} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {differingKeys} from '../verify/row-differences.ts';
import {comparedThrough} from './mapped-compare.ts';

const table = (at: string, tags: string): Table => ({
  name: {schema: 'shop', name: 'visits'},
  columns: [
    ['at', at],
    ['tags', tags],
  ].map(([name = '', type = '']) => ({name, type, notNull: true, generated: false, identity: undefined, portableBinary: false})),
  key: ['at'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
/** No two servers make one text of members with a space. */
const SOURCE = table('datetime(3)', "set('a b','c')");
const TARGET = table('timestamp(3) without time zone', 'text[]');
const pair = mysqlToPostgres({accept: []});
const mappingsOf = (source: Table, target: Table) =>
  migrationMapping({tables: [], allowLoss: false}, () => (value) => value, pair).tables([source], [target], 'forward');

/** A side that holds one row and remembers what it was asked for. */
const side = (row: Row) => {
  const asked: unknown[] = [];
  const key = [row['at'] ?? null];
  const bracket = {before: {}, after: {}, applied: undefined, sees: () => true} as never;
  const range: KeyRange = {after: undefined, to: key};
  const compare = {
    digests: async (...[, ranges, , forms]: Parameters<Compare['digests']>) => (
      asked.push(...ranges.map((where) => ({where, forms}))), {digests: [{count: 1n, sums: []}], bracket}
    ),
    rowDigests: async (...[, where, , forms]: Parameters<Compare['rowDigests']>) => (
      asked.push({where, forms}), {rows: new Map([[keyText(key), {key, hash: 'h'}]]), bracket}
    ),
    read: async (_: Table, where: unknown) => (asked.push(where), {rows: [row], bracket}),
    rows: async (_: Table, keys: readonly Key[]) => (asked.push(keys), [row]),
    holding: async (_: Table, keys: readonly Key[], act: () => Promise<unknown>) => (asked.push(keys), act()),
    split: async (_: Table, where: KeyRange) => (asked.push(where), [range]),
    sampleKeys: async () => [key],
  } as unknown as Compare;
  return {asked, compare, source: {planRanges: async () => [range]} as unknown as Source};
};

test('each side is asked for its own keys, and both answer with those of the receiving one', async () => {
  const mysql = side({at: '2024-01-02 03:04:05.500', tags: 'a b,c'});
  const postgres = side({at: '2024-01-02 03:04:05.5', tags: '{"a b",c}'});
  const {from, to} = comparedThrough(mappingsOf(SOURCE, TARGET), mysql, postgres);
  const there: Key = ['2024-01-02 03:04:05.5'];
  const here: Key = ['2024-01-02 03:04:05.500'];
  const range = {after: undefined, to: there};

  expect(await from.source.planRanges(TARGET, 1)).toEqual([range]);
  expect(await from.compare.split(TARGET, range, 1)).toEqual([range]);
  expect(await from.compare.sampleKeys(TARGET, 1)).toEqual([there]);
  const [one, other] = [await digestOf(from.compare, TARGET, range), await digestOf(to.compare, TARGET, range)];
  expect(one).toEqual(other);
  const [seen = {}] = await to.compare.rows(TARGET, [there]);
  const values = Object.entries(seen).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = values.map(([, value]) => `${value?.length}:${value}`).join(',');
  const hashed = createHash('sha256').update(text).digest();
  expect(one).toEqual({count: 1n, sums: [0, 4, 8, 12].map((at) => BigInt(hashed.readUInt32BE(at)))});
  const rows = await from.compare.rowDigests(TARGET, [there], undefined);
  expect(rows.rows).toEqual((await to.compare.rowDigests(TARGET, [there], undefined)).rows);
  expect(await from.compare.rowHashes(TARGET, [there])).toEqual(await to.compare.rowHashes(TARGET, [there]));
  expect(await from.compare.rows(TARGET, [there])).toEqual(await to.compare.rows(TARGET, [there]));
  await from.compare.holding?.(TARGET, [there], async () => undefined);

  expect(mysql.asked).toEqual([{after: undefined, to: here}, {after: undefined, to: here}, [here], [here], [here], [here]]);
  expect(new Set(postgres.asked.flat().map((where) => JSON.stringify(where)))).toEqual(
    new Set([range, there].map((where) => JSON.stringify(where))),
  );
});

test('servers that make one text of their values hash them, and rows decide by their keys', async () => {
  const [source, target] = [table('datetime(3)', 'double'), table('timestamp(3) without time zone', 'double precision')];
  const mysql = side({at: '2024-01-02 03:04:05.500', tags: '1e15'});
  const postgres = side({at: '2024-01-02 03:04:05.5', tags: '1e+15'});
  const {from, to} = comparedThrough(mappingsOf(source, target), mysql, postgres);
  const [here, there]: readonly Key[] = [['2024-01-02 03:04:05.500'], ['2024-01-02 03:04:05.5']];
  const forms = ['moment', 'double'];
  const range = {after: undefined, to: there};

  await digestOf(from.compare, target, range);
  const hashed = await from.compare.rowDigests(target, range, undefined);
  expect([...hashed.rows]).toEqual([[keyText(there ?? []), {key: there, hash: 'h'}]]);
  const ofRange = {where: {after: undefined, to: here}, forms};
  expect(mysql.asked).toEqual([ofRange, ofRange]);

  const seen = await from.compare.rowDigests(target, [there ?? []], undefined);
  expect(mysql.asked.at(-1)).toEqual([here]);
  expect(seen.rows).toEqual((await to.compare.rowDigests(target, [there ?? []], undefined)).rows);
});

test('where the texts of many equal rows may differ, the rows of a range decide themselves', async () => {
  const [source, target] = [table('datetime(3)', 'json'), table('timestamp(3) without time zone', 'jsonb')];
  const mysql = side({at: '2024-01-02 03:04:05.500', tags: '{"a": 1e20}'});
  const postgres = side({at: '2024-01-02 03:04:05.5', tags: '{"a": 100000000000000000000}'});
  const {from, to} = comparedThrough(mappingsOf(source, target), mysql, postgres);
  const range = {after: undefined, to: ['2024-01-02 03:04:05.5']};

  await digestOf(from.compare, target, range);
  expect(mysql.asked).toEqual([expect.objectContaining({forms: ['moment', 'json']})]);
  const sent = await from.compare.rowDigests(target, range, undefined);
  expect(sent.rows).toEqual((await to.compare.rowDigests(target, range, undefined)).rows);
  expect(mysql.asked.at(-1)).toEqual({after: undefined, to: ['2024-01-02 03:04:05.500']});
});

test('a row that its key has twice on one side hides neither of them', async () => {
  const row = {at: '2024-01-02 03:04:05.5', tags: '{c}'};
  const mysql = side({at: '2024-01-02 03:04:05.500', tags: 'c'});
  const postgres = side(row);
  const twice: Pick<Compare, 'rows' | 'read'> = {
    rows: async () => [{...row, tags: '{"a b"}'}, row],
    read: async () => ({rows: [{...row, tags: '{"a b"}'}, row], bracket: undefined as never}),
  };
  const {from, to} = comparedThrough(mappingsOf(SOURCE, TARGET), mysql, {...postgres, compare: {...postgres.compare, ...twice}});
  const keys: readonly Key[] = [['2024-01-02 03:04:05.5']];

  expect(await to.compare.rowHashes(TARGET, keys)).not.toEqual(await from.compare.rowHashes(TARGET, keys));
  const [sent, received] = [await from.compare.rowDigests(TARGET, keys, undefined), await to.compare.rowDigests(TARGET, keys, undefined)];
  expect(differingKeys(sent.rows, received.rows)).toEqual([{key: keys[0], kind: 'different'}]);
});
