import pg from 'pg';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {TestSide} from '../../../test/support/databases.ts';
import {digest, hashes, openTwoVersions, type TwoVersions, WHOLE} from '../../../test/support/digests.ts';
import {keyText} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import {comparePositions} from './postgres-position.ts';

let sides: TwoVersions;
let older: TestSide;
let newer: TestSide;

beforeAll(async () => {
  sides = await openTwoVersions();
  ({older, newer} = sides);
});
afterAll(() => sides.close());

const both: TwoVersions['both'] = (...statements) => sides.both(...statements);

describe('keys and ranges', () => {
  it('keys have the text that the change stream gives them', async () => {
    await newer.run(
      'CREATE TABLE keyed (c char(4), b boolean, t text, PRIMARY KEY (c, b, t))',
      `INSERT INTO keyed VALUES ('a', true, 'q"\\{}, NULL'), ('a', false, ''), ('b', true, 'NULL')`,
    );
    const keyed = await newer.table('keyed');
    const keys = [
      ['a   ', 't', 'q"\\{}, NULL'],
      ['a   ', 'f', ''],
      ['b   ', 't', 'NULL'],
      ['b   ', 't', 'absent'],
    ];
    const {rows} = await newer.database.compare.rowDigests(keyed, keys, undefined);
    expect([...rows.keys()].toSorted()).toEqual(keys.slice(0, 3).map(keyText).toSorted());
    expect(await hashes(newer, keyed)).toEqual(await hashes(newer, keyed, keys));
    expect(await newer.database.compare.rows(keyed, [['a   ', 'f', '']])).toEqual([{c: 'a   ', b: 'f', t: ''}]);
    expect(await newer.database.compare.rows(keyed, [])).toEqual([]);
  });

  it('a range is cut without gap or overlap', async () => {
    await newer.run(
      'CREATE TABLE cut (a int, b text, PRIMARY KEY (a, b))',
      "INSERT INTO cut SELECT i / 10, 'k' || i FROM generate_series(1, 1050) i",
    );
    const cut = await newer.table('cut');
    const whole = {after: ['20', 'k205'], to: undefined};
    const parts = await newer.database.compare.split(cut, whole, 100);
    expect(parts).toHaveLength(9);
    expect(parts[0]?.after).toEqual(whole.after);
    expect(parts.at(-1)?.to).toBeUndefined();
    const digests = await Promise.all(parts.map((part) => digest(newer, cut, part)));
    expect(digests.every(({count}) => count <= 100n)).toBe(true);
    const expected = await digest(newer, cut, whole);
    expect(digests.reduce((sum, {count}) => sum + count, 0n)).toBe(expected.count);
    expect(digests.reduce((sum, {sums}) => sum + (sums[0] ?? 0n), 0n)).toBe(expected.sums[0]);
  });

  it('columns may be called as anything of ours is, and ranges of one read are in their order', async () => {
    await newer.run(
      'CREATE TABLE named (n int, k0 int, place int, count int, PRIMARY KEY (n, k0))',
      'INSERT INTO named SELECT i, 1, 2, 3 FROM generate_series(1, 5000) i',
      'ANALYZE named',
    );
    const named = await newer.table('named');
    const {compare, source} = newer.database;
    const ranges = await source.planRanges(named, 1000);
    expect(ranges.map(({to}) => to?.[0])).toEqual(['1000', '2000', '3000', '4000', '5000', undefined]);
    const {digests} = await compare.digests(named, ranges, undefined);
    expect(digests.map(({count}) => count)).toEqual([1000n, 1000n, 1000n, 1000n, 1000n, 0n]);
    expect(digests).toEqual(await Promise.all(ranges.map((range) => digest(newer, named, range))));
    expect((await compare.split(named, WHOLE, 2500)).map(({to}) => to?.[0])).toEqual(['2500', '5000', undefined]);
  });

  it('an empty range is cut into itself, and the last part is open-ended even when it is empty', async () => {
    await newer.run('CREATE TABLE few (id int PRIMARY KEY)', 'INSERT INTO few SELECT generate_series(1, 20)');
    const few = await newer.table('few');
    expect(await newer.database.compare.split(few, {after: ['50'], to: undefined}, 10)).toEqual([{after: ['50'], to: undefined}]);
    expect(await newer.database.compare.split(few, WHOLE, 10)).toEqual([
      {after: undefined, to: ['10']},
      {after: ['10'], to: ['20']},
      {after: ['20'], to: undefined},
    ]);
  });

  it('sampled keys are keys of the table, as many as asked at most', async () => {
    await newer.run('CREATE TABLE drawn (id int PRIMARY KEY)', 'INSERT INTO drawn SELECT generate_series(1, 5000)', 'ANALYZE drawn');
    const drawn = await newer.table('drawn');
    const keys = await newer.database.compare.sampleKeys(drawn, 50);
    expect(new Set(keys.map(keyText)).size).toBe(50);
    expect(
      Object.keys(
        await hashes(
          newer,
          drawn,
          keys.map(([id]) => [id ?? '']),
        ),
      ),
    ).toHaveLength(50);
  });

  it('partitions count through their root, children of inheritance do not (H-15)', async () => {
    await newer.run(
      'CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)',
      'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)',
      'INSERT INTO parts VALUES (1), (2)',
    );
    await newer.run(
      'CREATE TABLE parent (id int PRIMARY KEY)',
      'CREATE TABLE child () INHERITS (parent)',
      'INSERT INTO parent VALUES (1)',
      'INSERT INTO child VALUES (2)',
    );
    expect(await newer.database.compare.count(await newer.table('parts'))).toBe(2n);
    expect((await digest(newer, await newer.table('parts'))).count).toBe(2n);
    expect(await newer.database.compare.count(await newer.table('parent'))).toBe(1n);
  });

  it('a table of 300 columns, and one with a generated column, are compared (H-8)', async () => {
    const columns = Array.from({length: 299}, (_, i) => `c${i} int DEFAULT ${i}`).join(', ');
    await both(
      `CREATE TABLE wide (id int PRIMARY KEY, ${columns})`,
      'INSERT INTO wide VALUES (1)',
      'CREATE TABLE computed (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)',
      'INSERT INTO computed VALUES (1)',
    );
    for (const name of ['wide', 'computed'])
      expect(await hashes(newer, await older.table(name))).toEqual(await hashes(older, await older.table(name)));
    const wide = await older.table('wide');
    await newer.run('UPDATE wide SET c298 = 0');
    expect(await hashes(newer, wide)).not.toEqual(await hashes(older, wide));
  });
});

describe('the bracket', () => {
  it('tells which transactions the read saw', async () => {
    await newer.run('CREATE TABLE seen (id int PRIMARY KEY)');
    const seen = await newer.table('seen');
    const other = new pg.Client({connectionString: newer.url});
    await other.connect();
    try {
      const xid = async (client: {value(sql: string): Promise<string | null>}) =>
        (await client.value('SELECT pg_current_xact_id()::xid::text')) ?? '';
      const done = await xid(newer);
      await other.query('BEGIN');
      await other.query('INSERT INTO seen VALUES (1)');
      const open = String((await other.query('SELECT pg_current_xact_id()::xid::text AS xid')).rows[0].xid);
      const {digests, bracket} = await newer.database.compare.digests(seen, [WHOLE], undefined);
      const [read] = digests;
      await other.query('COMMIT');
      const later = await xid(newer);
      expect(read?.count).toBe(0n);
      expect([done, open, later].map((transaction) => bracket.sees(transaction))).toEqual([true, false, false]);
      expect(comparePositions(bracket.before, bracket.after)).toBeLessThanOrEqual(0);
      expect(bracket.applied).toBeUndefined();
      const next = await newer.database.compare.rowDigests(seen, WHOLE, undefined);
      expect([open, later].map((transaction) => next.bracket.sees(transaction))).toEqual([true, true]);
      expect(comparePositions(bracket.after, next.bracket.before)).toBeLessThan(0);
    } finally {
      await other.end();
    }
  });

  it('says what had been applied, for the direction that was asked', async () => {
    await newer.database.control.install();
    await newer.run('CREATE TABLE applied (id int PRIMARY KEY)');
    const applied = await newer.table('applied');
    await newer.run(
      "INSERT INTO crossfade.progress (migration, lane, epoch, pos, commit_seq) VALUES ('0198c0de', 'forward', 1, '1/A0', 0), ('00000000', 'reverse', 1, '2/B0', 0)",
    );
    const bracket = async (direction: 'forward' | 'reverse') =>
      (await newer.database.compare.digests(applied, [WHOLE], direction)).bracket.applied;
    expect(await bracket('forward')).toBe('1/A0' as Position);
    expect(await bracket('reverse')).toBeUndefined();
  });
});

describe('a read that cannot be made', () => {
  it('is "could not compare", never an empty answer', async () => {
    await newer.run('CREATE TABLE gone (id int PRIMARY KEY)');
    const gone = await newer.table('gone');
    await newer.run('DROP TABLE gone');
    const {compare} = newer.database;
    for (const read of [
      () => compare.count(gone),
      () => compare.digests(gone, [WHOLE], undefined),
      () => compare.rowDigests(gone, [['1']], undefined),
      () => compare.rows(gone, [['1']]),
    ]) {
      await expect(read()).rejects.toMatchObject({name: 'TerminalError', code: 'CF-VERIFY-002'});
    }
  });

  it('is worth another try when the session was ended', async () => {
    await newer.run('CREATE TABLE slow (id int PRIMARY KEY)');
    const slow = await newer.table('slow');
    await newer.run('BEGIN', 'LOCK TABLE slow IN ACCESS EXCLUSIVE MODE');
    const read = newer.database.compare.count(slow).then(String, (error: unknown) => error);
    await expect
      .poll(
        () =>
          newer.value(
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          ),
        {timeout: 30_000},
      )
      .toBe('true');
    expect(await read).toMatchObject({name: 'TransientError', code: 'CF-CONN-004'});
    await newer.run('ROLLBACK');
  });
});
