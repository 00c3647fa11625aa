/** A database of many tables: what is asked of all of them costs no round trip, and no look at every relation, for each. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Table} from '../../model/table.ts';
import {TABLE_RIGHTS} from './postgres-client-rights.ts';
import {tableNames} from './postgres-sql.ts';

const TABLES = 100;
/** More than a query may have columns, and a server takes as parts of one query. */
const COUNTED = 2_000;

let side: TestSide;
let all: readonly Table[];

beforeAll(async () => {
  const server = await postgresServer({version: 17});
  side = await openSide('source', await server.createDatabase());
  await side.run(
    `DO $$ BEGIN FOR n IN 1 .. ${TABLES} LOOP EXECUTE format('CREATE TABLE many_%s (id bigserial PRIMARY KEY, note text)', n); END LOOP; END $$`,
    `INSERT INTO many_2 (note) VALUES ('a'), ('b')`,
    `CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)`,
    `CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10)`,
    `CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (10) TO (20)`,
  );
  all = await side.database.catalog.tables({tables: ['public.*'], exclude: []});
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
});

afterAll(() => side.close());

async function sent(act: () => Promise<unknown>): Promise<number> {
  const before = side.points.length;
  await act();
  return side.points.slice(before).filter(({kind}) => kind === 'sql.send').length;
}

/** A partitioned one among them, so that its partitions are asked for in both. */
const few = (): readonly Table[] => all.filter(({name}) => /^(many_[123]|parted)$/.test(name.name));

test('the tables are read in as many statements as a few of them', async () => {
  const {catalog} = side.database;
  const some = await sent(() => catalog.tables({tables: few().map(({name}) => `public.${name.name}`), exclude: []}));
  expect(await sent(() => catalog.tables({tables: ['public.*'], exclude: []}))).toBe(some);
});

test('each table has its own columns, key and partitions, whatever stands beside it', () => {
  expect(all).toHaveLength(TABLES + 1);
  const [many, parted] = ['many_2', 'parted'].map((name) => all.find((table) => table.name.name === name));
  expect(many).toMatchObject({
    columns: [
      {name: 'id', type: 'bigint'},
      {name: 'note', type: 'text'},
    ],
    key: ['id'],
    partitions: [],
  });
  expect(parted).toMatchObject({
    columns: [{name: 'id', type: 'integer'}],
    key: ['id'],
    partitions: [{name: 'parted_high'}, {name: 'parted_low'}],
  });
});

test('what stands in their way, and what the role lacks, is asked for in as many statements as of a few of them', async () => {
  const {catalog} = side.database;
  expect(await sent(() => catalog.findings('source', all))).toBe(await sent(() => catalog.findings('source', few())));
});

test('their chunks are planned, and their rows counted, in as many statements as of a few of them', async () => {
  const {target, compare} = side.database;
  expect(await sent(() => compare.counts(all))).toBe(await sent(() => compare.counts(few())));
  const ranges = all.map(({name}, n) => ({table: name, range: {after: n ? [`a"${n}`, null] : undefined, to: undefined}}));
  expect(await sent(() => target.planChunks(ranges, 1))).toBeLessThan(10);
  expect((await target.chunks()).map(({id, table, range}) => ({id, table, range}))).toEqual(ranges.map((one, id) => ({id, ...one})));
});

test('more tables than a query has room for are counted', async () => {
  const [empty, two] = ['many_1', 'many_2'].map((name) => all.find((table) => table.name.name === name)) as [Table, Table];
  const counts = await side.database.compare.counts(Array.from({length: COUNTED}, (_, n) => (n % 2 ? two : empty)));
  expect(counts).toHaveLength(COUNTED);
  expect(counts.every((count, n) => count === (n % 2 ? 2n : 0n))).toBe(true);
});

test('what a role may do with them is found without a look at every relation for each of them', async () => {
  const values = [`{postgres}`, tableNames(all.map(({name}) => name))].map((value) => `'${value}'`);
  const query = TABLE_RIGHTS.replaceAll('$1', values[0] ?? '').replaceAll('$2', values[1] ?? '');
  const plan = JSON.parse((await side.value(`EXPLAIN (ANALYZE, FORMAT JSON) ${query}`)) ?? '[]') as readonly {readonly Plan: Node}[];
  const relations = Number(await side.value('SELECT count(*) FROM pg_class'));
  expect(plan[0]?.Plan['Actual Rows']).toBe(all.length);
  expect(Math.max(...plan.flatMap(({Plan}) => rowsOf(Plan)))).toBeLessThan(2 * relations);
});

type Node = {readonly 'Actual Rows': number; readonly 'Actual Loops': number; readonly Plans?: readonly Node[]};

/** What each node gave, all its rounds together. */
const rowsOf = (node: Node): number[] => [node['Actual Rows'] * node['Actual Loops'], ...(node.Plans ?? []).flatMap(rowsOf)];
