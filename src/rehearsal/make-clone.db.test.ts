/** Clones on a real server: a sample that is closed, and what is readable where nobody expected it. */
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {storyDatabase} from '../../test/support/story-database.ts';
import {postgresServer} from '../../test/support/servers.ts';
import type {ColumnRule} from '../model/column-disguise.ts';
import {chooseDisguises} from './choose-disguises.ts';
import {cloningOf, makeClone} from './make-clone.ts';
import type {Extent} from './rehearsal.ts';

let [original, clone]: TestSide[] = [];
let place = '';

beforeAll(async () => {
  const server = await postgresServer();
  original = await openSide('source', await server.createDatabase());
  place = await server.createDatabase();
  clone = await openSide('source', place);
  await original.run(
    'CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, chief bigint REFERENCES people, status text)',
    'CREATE TABLE orders (id bigserial PRIMARY KEY, buyer bigint NOT NULL REFERENCES people, code varchar(8) NOT NULL UNIQUE)',
    `INSERT INTO people SELECT g, 'Person Number' || g, CASE WHEN g > 10 THEN g - 10 END, 'new' FROM generate_series(1, 200) g`,
    `INSERT INTO orders (buyer, code) SELECT 1 + (g * 13) % 200, 'c' || lpad(g::text, 5, '0') FROM generate_series(1, 2000) g`,
  );
});

afterAll(async () => {
  await original?.close();
  await clone?.close();
});

/** Whoever is connected when a clone is made there is shown out. */
async function inClone(statement: string): Promise<string | null> {
  const database = await storyDatabase(place);
  try {
    return await database.value(statement);
  } finally {
    await database.close();
  }
}

async function make(extent: Extent, ...rules: readonly ColumnRule[]) {
  if (!original || !clone) throw new Error('no databases');
  const tables = await original.database.catalog.tables({tables: ['public.*'], exclude: []});
  const ties = await original.database.rehearsing.ties(tables);
  const choice = chooseDisguises(tables, ties, rules);
  expect(choice.faults).toEqual([]);
  const request = {original: original.database, clone: clone.database, extent, ties, tables: choice.tables};
  return makeClone({...request, key: 'k', note: "a test's", schemas: ['public'], say: () => {}});
}

test('the whole of it: as many rows, the same joins, other values, and the next number comes next', async () => {
  const {tables} = await make({kind: 'whole'});
  expect(tables).toEqual([
    {table: 'public.orders', rows: 2000},
    {table: 'public.people', rows: 200},
  ]);
  const joined = 'SELECT count(*)::text FROM orders JOIN people ON people.id = buyer WHERE buyer = 14';
  expect(await inClone(joined)).toBe(await original?.value(joined));
  expect(await inClone('SELECT count(DISTINCT code)::text FROM orders')).toBe('2000');
  expect(await inClone("SELECT count(*)::text FROM people WHERE name LIKE 'Person%'")).toBe('0');
  expect(Number(await inClone("SELECT nextval('orders_id_seq')::text"))).toBeGreaterThan(2000);
});

test('a sample over the clone before: every reference leads somewhere, and the constraints stand', async () => {
  const {tables} = await make({kind: 'sample', rows: 5});
  expect(tables[0]).toEqual({table: 'public.orders', rows: 5});
  expect(tables[1]?.rows).toBeGreaterThan(5); // chiefs of chiefs
  expect(tables[1]?.rows).toBeLessThan(200);
  expect(await inClone("SELECT count(*)::text FROM pg_constraint WHERE contype = 'f' AND convalidated")).toBe('2');
});

test('what was changed in one column and is readable in another ends it, unless the plan says that it may be', async () => {
  await original?.run("UPDATE people SET status = 'as person number7' WHERE id = 5");
  await expect(make({kind: 'whole'})).rejects.toMatchObject({
    code: 'CF-REHEARSE-004',
    message: expect.stringContaining('public.people.status (1 rows)'),
  });
  await expect(make({kind: 'whole'})).rejects.not.toThrow('number7');
  const status: ColumnRule = {table: 'public.people', column: 'status', disguise: {kind: 'keep'}};
  expect((await make({kind: 'whole'}, status)).readable).toContainEqual({column: 'public.people.status', what: 'every value', by: 'plan'});
});

test('what is written is counted by rows, in the tables of the scope alone, those of partitions too', async () => {
  const other = await openSide('source', await (await postgresServer()).createDatabase());
  try {
    await other.run(
      'CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)',
      'CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10)',
      'CREATE TABLE plain (id int PRIMARY KEY, n int)',
      'CREATE TABLE outside (id int PRIMARY KEY)',
    );
    const tables = await other.database.catalog.tables({tables: ['public.*'], exclude: ['public.outside']});
    const written = () => other.database.rehearsing.written(tables);
    expect(await written()).toBe(0);
    await other.run(
      'INSERT INTO parted SELECT generate_series(1, 7)',
      'INSERT INTO plain SELECT generate_series(1, 5), 1',
      'UPDATE plain SET n = 2 WHERE id < 4',
      'DELETE FROM plain WHERE id = 5',
      'INSERT INTO outside SELECT generate_series(1, 1000)',
      'SELECT pg_stat_force_next_flush()',
    );
    await vi.waitFor(async () => expect(await written()).toBe(7 + 5 + 3 + 1), {timeout: 20_000});
  } finally {
    await other.close();
  }
});

test('a database with something in it is no place for a clone', async () => {
  const other = await openSide('source', await (await postgresServer()).createDatabase());
  try {
    await other.run('CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$SELECT 1$$');
    await expect(cloningOf(other.database).claim('x', [])).rejects.toMatchObject({code: 'CF-REHEARSE-001'});
    expect(await other.value('SELECT mine()::text')).toBe('1');
  } finally {
    await other.close();
  }
});
