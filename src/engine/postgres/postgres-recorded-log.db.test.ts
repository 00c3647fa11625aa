import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {Change, Row} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';
import {cloningOf, replayingOf} from '../../rehearsal/make-clone.ts';
import type {RecordedTransaction} from '../cloning.ts';

let side: TestSide;

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  side = await openSide('source', await server.createDatabase());
  await side.run(
    "CREATE TYPE grade AS ENUM ('low', 'it''s')",
    'CREATE DOMAIN yes AS boolean',
    'CREATE DOMAIN score AS numeric(8,3)',
    `CREATE TABLE forms (id bigint PRIMARY KEY, "Odd ""name" text, b boolean, y yes, s score, n numeric, f double precision, r real, t timestamptz, d date, i interval,
       bits bit varying, bytes bytea, j json, jb jsonb, list text[], flags boolean[], g grade, u uuid, ip inet, x xml, m money, c char(4), span int4range, large text,
       shown text GENERATED ALWAYS AS (upper(c)) STORED)`,
    'CREATE TABLE parts (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)',
    "CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    'CREATE TABLE others (id int PRIMARY KEY)',
    'CREATE TABLE tenants (id int PRIMARY KEY, tenant text NOT NULL)',
  );
});

afterAll(() => side?.close());

const SLOT =
  "SELECT count(*)::text FROM pg_replication_slots WHERE slot_name LIKE 'crossfade_record%' AND database = current_database() AND confirmed_flush_lsn IS NOT NULL";

async function recorded(tables: readonly Table[], ...statements: readonly string[]): Promise<readonly RecordedTransaction[]> {
  const over = new AbortController();
  const found: RecordedTransaction[] = [];
  const recording = (async () => {
    for await (const one of replayingOf(side.database).record(tables, over.signal)) found.push(one);
  })();
  await untilTrue('the slot to be there', async () => (await side.value(SLOT)) === '1');
  await side.run(...statements);
  over.abort();
  await recording;
  expect(await side.value(SLOT)).toBe('0');
  return found;
}

const changes = async (...asked: Parameters<typeof recorded>): Promise<readonly Change[]> =>
  (await recorded(...asked)).flatMap((one) => one.changes);

test('each value has the text that it has in a clone, so what is disguised there is disguised alike here', async () => {
  const table = await side.table('forms');
  const found = await changes(
    [table],
    `INSERT INTO forms VALUES (-7, 'a "b" ''c'' \\\\ new-tuple: x[text]:''1''', true, false, -1.5, 'NaN', 1e-300, 'Infinity', '2026-03-01 12:00:00.5+02', '0044-03-15 BC', '1 year 2 days 03:04:05.6',
       '10110', '\\\\x00ff', '{"a":  1}', '{"b": [1, null]}', '{"x y",NULL,"it''s"}', '{t,f,NULL}', 'it''s', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '10.0.0.0/8', '<a>b</a>', 12.5, 'ab', '[1,5)', NULL)`,
    'INSERT INTO forms (id) VALUES (8)',
  );
  const rows: Row[] = [];
  await cloningOf(side.database).reading(async (original) => {
    for await (const some of original.rows(table)) rows.push(...some);
  });
  expect(rows).toHaveLength(2);
  expect(found).toEqual(rows.map((row) => ({kind: 'insert', table: table.name, key: [row['id']], row})));
  expect(Object.keys(rows[0] ?? {})).not.toContain('shown');
});

test('a large value that did not change is not carried, and a row of a partition is one of its table', async () => {
  const [forms, parts] = [await side.table('forms'), await side.table('parts')];
  const large = "UPDATE forms SET large = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 5000) g) WHERE id = 8";
  const [, small, inserted, moved] = await changes(
    [forms, parts],
    large,
    "UPDATE forms SET c = 'cd' WHERE id = 8",
    "INSERT INTO parts VALUES (1, '2026-05-01')",
    'UPDATE parts SET id = 2',
  );
  expect(small).toMatchObject({kind: 'update', key: ['8'], row: {c: 'cd  '}});
  expect(small && 'row' in small ? Object.keys(small.row) : []).not.toContain('large');
  expect(inserted).toMatchObject({kind: 'insert', table: parts.name, key: ['1', '2026-05-01']});
  expect(moved).toEqual({
    ...{kind: 'update', table: parts.name, key: ['2', '2026-05-01'], oldKey: ['1', '2026-05-01']},
    row: {id: '2', day: '2026-05-01'},
  });
});

test('a transaction stays whole, without the rows of others and those that were rolled back', async () => {
  const [forms, tenants] = [await side.table('forms'), await side.table('tenants')];
  const ours: Table = {...tenants, only: [{column: 'tenant', kind: 'in', values: ['acme']}]};
  const found = await recorded(
    [forms, ours],
    "BEGIN; INSERT INTO tenants VALUES (1, 'acme'), (2, 'other'); INSERT INTO others VALUES (1); DELETE FROM forms WHERE id = 8; COMMIT",
    'BEGIN; DELETE FROM forms; ROLLBACK',
    'INSERT INTO others VALUES (2)',
    'TRUNCATE others',
  );
  expect(found).toEqual([
    {
      committedMs: expect.any(Number),
      changes: [
        {kind: 'insert', table: tenants.name, key: ['1'], row: {id: '1', tenant: 'acme'}},
        {kind: 'delete', table: forms.name, key: ['8']},
      ],
    },
  ]);
  const now = Number(await side.value('SELECT (extract(epoch FROM now()) * 1000)::bigint::text'));
  expect(Math.abs(now - (found[0]?.committedMs ?? 0))).toBeLessThan(600_000); // the same day and zone, whatever the machine takes
});
