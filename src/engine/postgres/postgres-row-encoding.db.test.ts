import fc from 'fast-check';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {digest, hashes, openTwoVersions, type TwoVersions} from '../../../test/support/digests.ts';
import {readCell, setCell, tortureColumns, TORTURE_ROWS, tortureSql} from '../../../test/support/torture-table.ts';
import {keyText} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';

/** One row: text, bigint, float8, bytea, digits behind a numeric's point. */
type Cells = readonly [string | null, bigint | null, number | null, Uint8Array, number];

let sides: TwoVersions;
let older: TestSide;
let newer: TestSide;

beforeAll(async () => {
  sides = await openTwoVersions();
  ({older, newer} = sides);
});
afterAll(() => sides.close());

const both: TwoVersions['both'] = (...statements) => sides.both(...statements);

describe('every built-in type', () => {
  let table: Table;
  beforeAll(async () => {
    await both(...tortureSql);
    table = await older.table('torture');
  });

  it('has the same digests on 17 and 18', async () => {
    expect(Object.keys(await hashes(older, table))).toHaveLength(TORTURE_ROWS);
    expect(await hashes(newer, table)).toEqual(await hashes(older, table));
    expect(await digest(newer, table)).toEqual(await digest(older, table));
  });

  it('shows any change of any cell, and only that row (H-33)', async () => {
    const [before, rows] = [await digest(newer, table), await hashes(newer, table)];
    const cell = fc.record({row: fc.nat(TORTURE_ROWS - 1), column: fc.constantFrom(...tortureColumns), value: fc.nat(20)});
    await fc.assert(
      fc.asyncProperty(cell, async ({row, column, value}) => {
        const was = await newer.value(readCell(row, column));
        await newer.run('BEGIN', setCell(row, column, value % (column.values.length + 1)));
        const is = await newer.value(readCell(row, column));
        await newer.run('COMMIT');
        const [after, changed] = [await digest(newer, table), await hashes(newer, table)];
        const differing = Object.keys(rows).filter((key) => rows[key] !== changed[key]);
        await newer.run(
          `UPDATE torture SET "${column.name.replaceAll('"', '""')}" = ${was === null ? 'NULL' : pg.escapeLiteral(was)} WHERE id = ${row}`,
        );
        expect(differing).toEqual(was === is ? [] : [keyText([String(row)])]);
        expect(JSON.stringify(after.sums.map(String)) === JSON.stringify(before.sums.map(String))).toBe(was === is);
      }),
      {numRuns: 150},
    );
    expect(await digest(newer, table)).toEqual(before);
  });
});

describe('values that cancel or look alike', () => {
  const COLUMNS = 'id bigint PRIMARY KEY, a text, b text, n bigint, t timestamptz, v varchar(9), raw bytea';
  const start = "INSERT INTO alike VALUES (1, 'ab', 'c', 0, '2024-01-01', 'x', '\\x00'), (2, 'de', 'f', 7, '2024-01-02', 'y', '\\x01')";
  let table: Table;
  beforeAll(async () => {
    await both(`CREATE TABLE alike (${COLUMNS})`, start);
    table = await older.table('alike');
  });

  it.each([
    ['a bigint that a 32-bit fold takes for the old one', 'UPDATE alike SET n = 4294967297 WHERE id = 1'],
    ['values exchanged between rows', "UPDATE alike SET a = CASE id WHEN 1 THEN 'de' ELSE 'ab' END"],
    [
      'two values exchanged between rows',
      "UPDATE alike SET a = CASE id WHEN 1 THEN 'de' ELSE 'ab' END, b = CASE id WHEN 1 THEN 'f' ELSE 'c' END",
    ],
    ['values exchanged between columns', 'UPDATE alike SET a = b, b = a'],
    ['a boundary moved between columns', "UPDATE alike SET a = 'a', b = 'bc' WHERE id = 1"],
    ['a separator inside a value', "UPDATE alike SET a = 'ab,1:c', b = '' WHERE id = 1"],
    ['the same byte difference in two rows, which cancels under XOR of CRC', "UPDATE alike SET a = translate(a, 'bd', 'ce')"],
    ['a blank at the end', "UPDATE alike SET v = 'x ' WHERE id = 1"],
    ['the empty text for NULL', 'UPDATE alike SET a = NULL WHERE id = 1'],
    ['one byte', "UPDATE alike SET raw = '\\x02' WHERE id = 2"],
    ['an hour', "UPDATE alike SET t = t + interval '1 hour'"],
    ['one row less', 'DELETE FROM alike WHERE id = 2'],
    ['another key', 'UPDATE alike SET id = 3 WHERE id = 2'],
  ])('%s is found', async (_name, change) => {
    await newer.run(change);
    const [one, other] = [await digest(older, table), await digest(newer, table)];
    const [rows, others] = [await hashes(older, table), await hashes(newer, table)];
    await newer.run('TRUNCATE alike', start);
    expect(other.sums).not.toEqual(one.sums);
    expect(others).not.toEqual(rows);
    expect(await digest(newer, table)).toEqual(one);
  });

  it('NULL and the empty text differ (H-51)', async () => {
    await both('CREATE TABLE empties (id int PRIMARY KEY, a text)', "INSERT INTO empties VALUES (1, '')");
    await newer.run('UPDATE empties SET a = NULL');
    const empties = await older.table('empties');
    expect(await digest(newer, empties)).not.toEqual(await digest(older, empties));
    expect(await hashes(newer, empties)).not.toEqual(await hashes(older, empties));
  });

  it('a row that is there twice is not the row once, and two such pairs do not cancel', async () => {
    await both('CREATE TABLE twice (id int PRIMARY KEY, a text)', "INSERT INTO twice VALUES (1, 'x'), (2, 'y')");
    const twice = await older.table('twice');
    await newer.run('ALTER TABLE twice DROP CONSTRAINT twice_pkey', 'INSERT INTO twice TABLE twice');
    const [one, other] = [await digest(older, twice), await digest(newer, twice)];
    expect(other.count).toBe(4n);
    expect(other.sums).toEqual(one.sums.map((sum) => 2n * sum));
    const rows = await hashes(newer, twice);
    for (const [key, hash] of Object.entries(await hashes(older, twice))) expect(rows[key]).toBe(`${hash}+${hash}`);
  });

  it('two random rows hash alike exactly when they are alike', async () => {
    await newer.run('CREATE TABLE pairs (id int PRIMARY KEY, t text, n bigint, f float8, raw bytea, d numeric)');
    const pairs = await newer.table('pairs');
    const text = fc.option(
      fc.oneof(
        fc.constantFrom('', '~', '0:', '1:a', 'NULL', ','),
        fc.string({unit: 'grapheme', maxLength: 8}).map((one) => one.replaceAll('\0', '')),
      ),
      {nil: null},
    );
    const row = fc.tuple(
      text,
      fc.option(fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}), {nil: null}),
      fc.option(fc.double({noNaN: true}), {nil: null}),
      fc.uint8Array({maxLength: 4}),
      fc.integer({min: 0, max: 3}),
    );
    const mixed = ([a, b, keeps]: readonly [Cells, Cells, readonly boolean[]]): [Cells, Cells] => [
      a,
      [keeps[0] ? a[0] : b[0], keeps[1] ? a[1] : b[1], keeps[2] ? a[2] : b[2], keeps[3] ? a[3] : b[3], keeps[4] ? a[4] : b[4]],
    ];
    const pair = fc.tuple(row, row, fc.array(fc.boolean(), {minLength: 5, maxLength: 5})).map(mixed);
    const literals = ([t, n, f, raw, scale]: Cells): string =>
      [
        t === null ? 'NULL' : pg.escapeLiteral(t),
        n === null ? 'NULL' : `'${n}'`,
        f === null ? 'NULL' : `'${Object.is(f, -0) ? '-0' : f}'`,
        `'\\x${Buffer.from(raw).toString('hex')}'`,
        `'1.${'0'.repeat(scale + 1)}'`,
      ].join(', ');
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => {
        const [one, other] = [literals(a), literals(b)];
        await newer.run('TRUNCATE pairs', `INSERT INTO pairs VALUES (1, ${one})`);
        const [before, hash] = [await digest(newer, pairs), await hashes(newer, pairs)];
        await newer.run('TRUNCATE pairs', `INSERT INTO pairs VALUES (1, ${other})`);
        const [after, otherHash] = [await digest(newer, pairs), await hashes(newer, pairs)];
        expect(String(before.sums) === String(after.sums)).toBe(one === other);
        expect(hash[keyText(['1'])] === otherHash[keyText(['1'])]).toBe(one === other);
      }),
      {numRuns: 60},
    );
  });

  it('a database in another encoding hashes its rows alike (H-47)', async () => {
    await older.run(`CREATE DATABASE latin_${process.pid} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
    const url = new URL(older.url);
    url.pathname = `/latin_${process.pid}`;
    const latin = await openSide('source', url.href);
    const setUp = [
      'CREATE TABLE words (id int PRIMARY KEY, w text)',
      "INSERT INTO words VALUES (1, U&'caf\\00E9'), (2, repeat(U&'\\00E9', 70000))",
    ];
    try {
      await latin.run(...setUp);
      await newer.run(...setUp);
      const words = await newer.table('words');
      expect(await hashes(latin, words)).toEqual(await hashes(newer, words));
      expect((await latin.database.compare.rows(words, [['1']]))[0]).toEqual({id: '1', w: 'café'});
    } finally {
      await latin.close();
      await older.run(`DROP DATABASE latin_${process.pid}`);
    }
  });
});
