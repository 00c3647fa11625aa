/** Reads for verification: what a digest, a row's hash and a bracket say, and what they cannot miss (hazards §4). */
import {describe, expect, test} from 'vitest';
import {digestOf} from '../../../test/support/digests.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {type FencedSide, fencedSide} from '../../../test/support/mysql-fenced.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {keyText} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';
import type {Compare, KeyRange} from '../engine.ts';
import {mysqlClients} from './mysql-clients.ts';
import {mysqlCompare} from './mysql-compare.ts';
import {executedPosition} from './mysql-mark.ts';
import {containsPosition} from './mysql-position.ts';

const WHOLE: KeyRange = {after: undefined, to: undefined};

/** Every kind of value, and beside each row one that differs from it in a single cell as little as it can. */
const TORTURE = `CREATE TABLE torture (
  id int PRIMARY KEY, big bigint unsigned, exact decimal(30, 10), f float, d double, c char(5), v varchar(20) CHARACTER SET latin1, t mediumtext, b varbinary(20),
  bl mediumblob, bits bit(12), e enum('a', 'b', ''), s set('x', 'y', 'z'), j json, dt datetime(6), ts timestamp(6) NULL, ti time(6), y year, da date, z int zerofill)`;
const CELLS: readonly (readonly [column: string, one: string, other: string])[] = [
  ['big', '18446744073709551615', '18446744073709551614'],
  ['exact', '1.0000000001', '1.0000000002'],
  ['f', '16777217.3', '16777220'],
  ['d', '0.1', '0.10000000000000002'],
  ['c', `'a'`, `'A'`],
  ['v', `'é'`, `'e'`],
  ['t', `''`, 'NULL'],
  ['t', `repeat('x', 70000)`, `concat(repeat('x', 69999), 'y')`],
  ['b', `x'00'`, `x'0000'`],
  ['bl', `repeat(x'ff', 70000)`, `concat(repeat(x'ff', 69999), x'fe')`],
  ['bits', `b'1'`, `b'10'`],
  ['e', `'a'`, `'b'`],
  ['s', `'x,z'`, `'x,y'`],
  ['j', `'{"a": 1}'`, `'{"a": "1"}'`],
  ['dt', `'2024-02-29 23:59:59.999999'`, `'2024-02-29 23:59:59.999998'`],
  ['ts', `'2024-02-29 23:59:59.999999'`, `'2024-02-29 23:59:59.999998'`],
  ['ti', `'-838:59:59'`, `'838:59:59'`],
  ['y', '0', '1901'],
  ['da', `'2024-02-29'`, `'2024-02-28'`],
  ['z', '7', '8'],
];

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(had.title, () => {
    const world = async (...schema: readonly string[]) => {
      const side: FencedSide = await fencedSide(had, ...schema);
      const compare = mysqlCompare(side.sessions, side.migration);
      const table = async (name: string): Promise<Table> => {
        const [found] = await side.tables(name);
        if (!found) throw new Error(`no table ${name}`);
        return found;
      };
      return {side, compare, table, [Symbol.asyncDispose]: () => side[Symbol.asyncDispose]()};
    };
    const hashes = async (compare: Compare, table: Table) =>
      new Map([...(await compare.rowDigests(table, WHOLE, undefined)).rows].map(([key, {hash}]) => [key, hash]));

    test('any change of any cell is seen, by the digest and by the hash of that row alone (H-33, H-36, H-51)', async () => {
      await using here = await world(TORTURE);
      const {side, compare} = here;
      for (const [i, [column, one]] of CELLS.entries())
        await side.database.run(`INSERT INTO torture (id, ${column}) VALUES (${i}, ${one})`);
      const table = await here.table('torture');
      const [before, sums] = [await hashes(compare, table), await digestOf(compare, table)];
      expect(sums.count).toBe(BigInt(CELLS.length));
      for (const [i, [column, one, other]] of CELLS.entries()) {
        await side.database.run(`UPDATE torture SET ${column} = ${other} WHERE id = ${i}`);
        const now = await hashes(compare, table);
        expect(
          [...before.keys()].filter((key) => before.get(key) !== now.get(key)),
          column,
        ).toEqual([keyText([String(i)])]);
        expect(await digestOf(compare, table), column).not.toEqual(sums);
        await side.database.run(`UPDATE torture SET ${column} = ${one} WHERE id = ${i}`);
      }
      expect(await digestOf(compare, table)).toEqual(sums);
      await side.database.run(`INSERT INTO torture (id, c) VALUES (100, 'q'), (101, 'r')`);
      const exchanged = await digestOf(compare, table);
      await side.database.run(`UPDATE torture SET c = IF(id = 100, 'r', 'q') WHERE id >= 100`);
      expect(await digestOf(compare, table)).not.toEqual(exchanged);
    });

    test('the digests of parts add up to the whole, and parts have neither gap nor overlap', async () => {
      await using here = await world('CREATE TABLE cut (a int, b varchar(10), PRIMARY KEY (a, b))');
      const {side, compare} = here;
      await side.database.run(
        `INSERT INTO cut VALUES ${Array.from({length: 1050}, (_, i) => `(${Math.floor((i + 1) / 10)}, 'k${i + 1}')`).join()}`,
      );
      const table = await here.table('cut');
      const whole = {after: ['20', 'k205'], to: undefined};
      const parts = await compare.split(table, whole, 100);
      expect(parts).toHaveLength(9);
      expect(parts[0]?.after).toEqual(whole.after);
      const digests = await Promise.all(parts.map((part) => digestOf(compare, table, part)));
      expect(digests.every(({count}) => count <= 100n)).toBe(true);
      const expected = await digestOf(compare, table, whole);
      expect(digests.reduce((sum, {count}) => sum + count, 0n)).toBe(expected.count);
      for (const i of [0, 1, 2, 3]) expect(digests.reduce((sum, {sums}) => sum + (sums[i] ?? 0n), 0n)).toBe(expected.sums[i]);
      expect(await compare.split(table, {after: ['500', ''], to: undefined}, 10)).toEqual([{after: ['500', ''], to: undefined}]);
      expect(await compare.counts([table, table])).toEqual([1050n, 1050n]);
      expect(await compare.counts([])).toEqual([]);
    });

    test('rows are found by their keys, however alike the collation takes them (H-49)', async () => {
      await using here = await world(
        `CREATE TABLE keyed (c varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, b varbinary(4), n decimal(5, 2), k0 int, PRIMARY KEY (c, b, n))`,
        `INSERT INTO keyed VALUES ('a', x'00', 1.10, 1), ('A', x'00', 1.10, 2), ('', '', 0, NULL)`,
      );
      const {compare} = here;
      const table = await here.table('keyed');
      const keys = [
        ['a', '\\x00', '1.10'],
        ['', '\\x', '0.00'],
        ['absent', '\\x', '0.00'],
      ];
      const found = (await compare.rowDigests(table, keys, undefined)).rows;
      expect([...found.keys()].toSorted()).toEqual(keys.slice(0, 2).map(keyText).toSorted());
      expect(await compare.rowHashes(table, keys)).toEqual(found);
      const all = await hashes(compare, table);
      for (const [key, {hash}] of found) expect(all.get(key)).toBe(hash);
      expect(await compare.rows(table, [['A', '\\x00', '1.10']])).toEqual([{c: 'A', b: '\\x00', n: '1.10', k0: '2'}]);
      expect(await compare.rows(table, [])).toEqual([]);
      expect((await compare.read(table, WHOLE, undefined)).rows).toHaveLength(3);
      expect((await compare.sampleKeys(table, 2)).every((key) => all.has(keyText(key)))).toBe(true);
      expect(await compare.sampleKeys(table, 2)).toHaveLength(2);
    });

    test('a bracket begins at what the read saw for certain, and ends behind all it can have seen (R11)', async () => {
      await using here = await world('CREATE TABLE item (id int PRIMARY KEY)');
      const {side, compare} = here;
      const table = await here.table('item');
      await side.database.run('INSERT INTO item VALUES (1)');
      const first = await side.sessions.use(executedPosition);
      await side.database.run(`INSERT INTO crossfade.progress VALUES ('${side.migration.short}', 'forward', 1, 'the place', 1, now(6))`);
      const {bracket, digests} = await compare.digests(table, [WHOLE], 'forward');
      const [found] = digests;
      await side.database.run('INSERT INTO item VALUES (2)');
      const last = await side.sessions.use(executedPosition);
      expect(found?.count).toBe(1n);
      expect(bracket.applied).toBe('the place');
      expect(containsPosition(bracket.before, first)).toBe(true);
      expect(containsPosition(bracket.after, bracket.before)).toBe(true);
      expect(containsPosition(last, bracket.after)).toBe(true);
      expect(bracket.sees(first.split(',').at(-1) ?? '')).toBe(true);
      expect((await compare.digests(table, [WHOLE], undefined)).bracket.applied).toBeUndefined();
    });

    test('writers of held rows wait, others do not; who was there first is not waited for; the server ends a hold', async () => {
      await using here = await world('CREATE TABLE hot (id int PRIMARY KEY, n int)', 'INSERT INTO hot VALUES (1, 0), (2, 0)');
      const {side, compare} = here;
      const table = await here.table('hot');
      const [writer, other] = [await side.app(), await side.app()];
      const clients = mysqlClients(side.sessions, side.migration);
      const isBlocked = async () => (await clients.blockers([], [writer.id])).some(({waitsIn}) => waitsIn === 'a lock');
      let waiting: Promise<void> | undefined;
      let isDone = false;
      const seen = await compare.holding?.(table, [['1']], async () => {
        waiting = writer.run('UPDATE hot SET n = n + 1 WHERE id = 1').finally(() => (isDone = true));
        await untilTrue('the writer waits, or the hold is over', async () => isDone || isBlocked());
        await other.run('UPDATE hot SET n = 7 WHERE id = 2');
        return other.rows('SELECT n FROM hot WHERE id = 1');
      });
      await waiting;
      expect([[[0]], undefined]).toContainEqual(seen); // undefined: it took longer than a hold may
      await writer.run('BEGIN', 'UPDATE hot SET n = n + 1 WHERE id = 1');
      let isRun = false;
      expect(await compare.holding?.(table, [['1']], async () => (isRun = true))).toBeUndefined();
      expect(isRun).toBe(false);
      await writer.run('COMMIT');
      const late = await compare.holding?.(table, [['1']], async () => {
        await writer.run('UPDATE hot SET n = 5 WHERE id = 1');
        return 'too late';
      });
      expect(late).toBeUndefined();
      expect(await other.rows('SELECT n FROM hot WHERE id = 1')).toEqual([[5]]);
    });

    test('a table that is gone could not be compared, which is not a difference', async () => {
      await using here = await world('CREATE TABLE item (id int PRIMARY KEY, note text)', `INSERT INTO item VALUES (1, 'a')`);
      const table = await here.table('item');
      await here.side.database.run('DROP TABLE item');
      await expect(here.compare.digests(table, [WHOLE], undefined)).rejects.toMatchObject({code: 'CF-VERIFY-002'});
    });
  });
}

/** Of a server whose texts may not be longer than a value of 32 KiB in hexadecimal digits. */
const [narrow] = (await hadServers(({version}) => (version === '11.8' ? {'max-allowed-packet': '65536'} : undefined))).slice(-1);

test.skipIf(!narrow?.server)('a value that the server cannot put into a text is no NULL: its row is not hashed at all', async () => {
  if (!narrow) throw new Error('no server is asked for');
  await using side = await fencedSide(
    narrow,
    'CREATE TABLE large (id int PRIMARY KEY, b mediumblob)',
    'INSERT INTO large VALUES (1, NULL)',
  );
  const compare = mysqlCompare(side.sessions, side.migration);
  const [table] = await side.tables('large');
  if (!table) throw new Error('no table large');
  const read = ([undefined, ['plain', 'bytes']] as const).flatMap((forms) => [
    () => compare.digests(table, [WHOLE], undefined, forms),
    () => compare.rowDigests(table, WHOLE, undefined, forms),
  ]);
  for (const one of read) await one();
  await (await side.app()).run(`UPDATE large SET b = REPEAT('x', 40000)`);
  for (const one of read)
    await expect(one()).rejects.toMatchObject({code: 'CF-VERIFY-002', next: expect.stringContaining('max_allowed_packet')});
});
