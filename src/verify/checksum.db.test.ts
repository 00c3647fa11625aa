import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {comparePositions} from '../engine/postgres/postgres-position.ts';
import type {TouchedKeys} from '../model/stream-evidence.ts';
import {checksum} from './checksum.ts';
import {rowCount} from './row-count.ts';
import {sample} from './sample.ts';
import type {Difference, VerifyRequest} from './verifier.ts';

let source: TestSide;
let target: TestSide;
beforeAll(async () => {
  source = await openSide('source', await (await postgresServer({version: 17})).createDatabase());
  target = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
});
afterAll(() => Promise.all([source.close(), target.close()]));

const both = (...statements: readonly string[]) => Promise.all([source.run(...statements), target.run(...statements)]);

const request = async (table: string, changes: Partial<VerifyRequest> = {}): Promise<VerifyRequest> => ({
  from: source.database,
  to: target.database,
  tables: [await source.table(table)],
  direction: 'forward',
  compare: comparePositions,
  evidence: undefined,
  chunkBytes: 1,
  signal: new AbortController().signal,
  progress: () => {},
  ...changes,
});

const shown = (differences: readonly Difference[] | undefined) =>
  differences?.map(({key, kind, columns}) => [kind, ...key, ...columns]).toSorted();

describe('a table of 30,000 rows in many chunks', () => {
  beforeEach(() =>
    both(
      'DROP TABLE IF EXISTS orders',
      'CREATE TABLE orders (id bigint PRIMARY KEY, customer int, note text, amount numeric(12,2))',
      "INSERT INTO orders SELECT i, i % 97, 'note ' || i, i * 1.25 FROM generate_series(1, 30000) i",
      'ANALYZE orders',
    ),
  );

  it('is equal, and every row is counted', async () => {
    const seen: bigint[] = [];
    const report = await checksum.verify(await request('orders', {progress: (rows) => void seen.push(rows)}));
    expect(report).toMatchObject({equal: true, differing: 0, tables: [{rows: '30000', differences: []}]});
    expect(seen).toHaveLength(31);
    expect(seen.at(-1)).toBe(30000n);
    expect(report.tables[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([1, 1_000_000_000])('shows missing, extra and different rows with their columns (chunks of %i bytes)', async (chunkBytes) => {
    await target.run(
      'DELETE FROM orders WHERE id IN (1, 12345)',
      "INSERT INTO orders VALUES (-5, 1, 'x', 1), (30001, 1, 'x', 1)",
      "UPDATE orders SET note = note || ' ' WHERE id = 777",
      'UPDATE orders SET amount = amount + 0.01, customer = NULL WHERE id = 30000',
    );
    const report = await checksum.verify(await request('orders', {chunkBytes}));
    expect(report).toMatchObject({equal: false, differing: 6, uncompared: 0});
    expect(shown(report.tables[0]?.differences)).toEqual([
      ['different', '30000', 'customer', 'amount'],
      ['different', '777', 'note'],
      ['extra', '-5'],
      ['extra', '30001'],
      ['missing', '1'],
      ['missing', '12345'],
    ]);
  });

  it('shows rows whose values were exchanged', async () => {
    await target.run("UPDATE orders SET note = 'note ' || (205 - id) WHERE id IN (100, 105)");
    expect(shown((await checksum.verify(await request('orders'))).tables[0]?.differences)).toEqual([
      ['different', '100', 'note'],
      ['different', '105', 'note'],
    ]);
  });

  it('shows a row that is there twice', async () => {
    await target.run('ALTER TABLE orders DROP CONSTRAINT orders_pkey', 'INSERT INTO orders SELECT * FROM orders WHERE id = 9');
    expect(shown((await checksum.verify(await request('orders'))).tables[0]?.differences)).toEqual([['different', '9']]);
  });

  it('counts and samples say what they can', async () => {
    expect(await rowCount.verify(await request('orders'))).toMatchObject({equal: true, tables: [{rows: '30000'}]});
    expect(await sample.verify(await request('orders'))).toMatchObject({equal: true});
    await target.run('UPDATE orders SET customer = -1');
    expect(await rowCount.verify(await request('orders'))).toMatchObject({equal: true});
    const report = await sample.verify(await request('orders'));
    expect(report.equal).toBe(false);
    expect(report.tables[0]?.differences[0]).toMatchObject({kind: 'different', columns: ['customer']});
    await target.run('DELETE FROM orders WHERE id <= 10');
    expect(await rowCount.verify(await request('orders'))).toMatchObject({equal: false, differing: 10});
  });
});

describe('servers that do not agree on an order', () => {
  it('raise no alarm, and a lost row is found all the same', async () => {
    const words =
      "INSERT INTO words SELECT CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'B' ELSE 'é' END || i, i FROM generate_series(1, 5000) i";
    await source.run('CREATE TABLE words (w text COLLATE "C" PRIMARY KEY, n int)', words, 'ANALYZE words');
    await target.run('CREATE TABLE words (w text COLLATE "und-x-icu" PRIMARY KEY, n int)', words, 'ANALYZE words');
    expect(await checksum.verify(await request('words'))).toMatchObject({equal: true, differing: 0});
    await target.run("DELETE FROM words WHERE w = 'B1000'");
    expect(shown((await checksum.verify(await request('words'))).tables[0]?.differences)).toEqual([['missing', 'B1000']]);
  });
});

describe('sides in use', () => {
  /** The receiving side says it is far ahead; the stream knows of nothing, or of everything. */
  const evidence = (touches: boolean) => {
    const memory: TouchedKeys = {touched: () => touches, pending: () => false, isParked: () => false, stop: () => {}};
    return {reached: async () => {}, remember: async () => memory};
  };
  beforeAll(async () => {
    await both('CREATE TABLE live (id int PRIMARY KEY)', 'INSERT INTO live SELECT generate_series(1, 10)');
    await target.database.control.install();
    await target.run('DELETE FROM live WHERE id = 4');
  });
  beforeEach(() => target.run('DELETE FROM crossfade.progress'));

  it('show an unexplained difference, and keep back an explained one', async () => {
    await target.run(
      "INSERT INTO crossfade.progress (migration, lane, epoch, pos, commit_seq) VALUES ('0198c0de', 'forward', 1, 'FF/0', 0)",
    );
    expect(await checksum.verify(await request('live', {evidence: evidence(false)}))).toMatchObject({
      equal: false,
      differing: 1,
      uncompared: 0,
    });
    expect(await checksum.verify(await request('live', {evidence: evidence(true)}))).toMatchObject({
      equal: false,
      differing: 0,
      uncompared: 1,
    });
  });

  it('could not be compared without a progress row', async () => {
    await expect(checksum.verify(await request('live', {evidence: evidence(false)}))).rejects.toMatchObject({code: 'CF-VERIFY-002'});
  });
});

it('a table that one side lacks could not be compared', async () => {
  await source.run('CREATE TABLE lone (id int PRIMARY KEY)');
  await expect(checksum.verify(await request('lone'))).rejects.toMatchObject({code: 'CF-VERIFY-002'});
});
