/** What real servers tell of statements without their values: one that plans them so, and one that is older. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {comparePlansOf} from '../../model/plan-comparison.ts';
import type {PlanShape} from '../../model/plan-shape.ts';

const SHOP = [
  'CREATE SCHEMA shop',
  'CREATE DOMAIN shop.code AS text',
  'CREATE TABLE shop.orders (id bigint PRIMARY KEY, person bigint NOT NULL, code shop.code NOT NULL)',
  'INSERT INTO shop.orders SELECT i, i % 5000, i::text FROM generate_series(1, 50000) i',
  'CREATE INDEX orders_person ON shop.orders (person)',
  'CREATE TABLE shop.days (day date NOT NULL, id bigint NOT NULL, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)',
  "CREATE TABLE shop.days_1 PARTITION OF shop.days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE shop.days_2 PARTITION OF shop.days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
  'CREATE SEQUENCE shop.told',
  "CREATE FUNCTION shop.tell(bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('shop.told') $$",
  'ANALYZE',
];
const PERSON = 'SELECT code, $1 AS said FROM shop.orders WHERE person = $2';

const sides: Partial<Record<15 | 18, TestSide>> = {};
beforeAll(async () => {
  for (const version of [15, 18] as const) {
    const side = await openSide('source', await (await postgresServer({version})).createDatabase());
    sides[version] = side;
    await side.run(...SHOP);
  }
});
afterAll(async () => {
  for (const side of Object.values(sides)) await side.close();
});

const shapeOn = async (version: 15 | 18, sent: string): Promise<PlanShape> => {
  const shape = await sides[version]?.database.costs?.shape?.({sent});
  if (!shape) throw new Error('the side tells no plan');
  return shape;
};

describe.each([15, 18] as const)('PostgreSQL %i', (version) => {
  test('the index that a statement would use is told, with those that there are', async () => {
    expect(await shapeOn(version, PERSON)).toMatchObject({
      scans: [{table: 'shop.orders', by: ['orders_person'], rows: 10}],
      indexes: {
        'shop.orders': expect.arrayContaining([
          {name: 'orders_pkey', of: 'btree (id)'},
          {name: 'orders_person', of: 'btree (person)'},
        ]),
      },
    });
  });

  test('every part of a table that a value may need is told', async () => {
    const {scans} = await shapeOn(version, 'SELECT id FROM shop.days WHERE day = $1');
    expect(scans.map(({table}) => table)).toEqual(['shop.days_1', 'shop.days_2']);
  });

  test.each([
    'INSERT INTO shop.orders SELECT $1, shop.tell($2), $3',
    'UPDATE shop.orders SET person = shop.tell($1) WHERE id = $2',
    'DELETE FROM shop.orders WHERE id = $1',
    'SELECT shop.tell(id) FROM shop.orders WHERE id = $1',
  ])('nothing is carried out, and nothing of a session stays: %s', async (sent) => {
    const counted = 'SELECT (SELECT count(*) FROM shop.orders) || chr(32) || last_value FROM shop.told';
    const before = await sides[version]?.value(counted);
    for (let times = 0; times < 2; times++) expect((await shapeOn(version, sent)).nodes.length).toBeGreaterThan(0);
    expect(await sides[version]?.value(counted)).toBe(before);
  });

  test.each([
    ['SELECT $1; DROP TABLE shop.orders', 'more than this statement'],
    ["SELECT code FROM shop.orders WHERE code = 'planted'", 'holds values'],
    ['SELECT code FROM orders WHERE id = $1', 'relation "orders" does not exist'],
  ])('none is told of %s', async (sent, reason) => {
    await expect(shapeOn(version, sent)).rejects.toThrow(reason);
    expect((await shapeOn(version, PERSON)).rows).toBe(10);
  });
});

test('an older server and a newer one with the same indexes have the same plan; without one it is missing', async () => {
  const [source, target] = [await shapeOn(15, PERSON), await shapeOn(18, PERSON)];
  const compare = (there: PlanShape) =>
    comparePlansOf([{fingerprint: 'p', text: 'of a person', calls: 10, totalMs: 10, source, target: there}]);
  expect(compare(target)).toEqual({compared: 1, worse: [], unknown: []});
  await sides[18]?.run('DROP INDEX shop.orders_person');
  expect(compare(await shapeOn(18, PERSON))).toMatchObject({
    worse: [{found: [{kind: 'index-missing', table: 'shop.orders', index: 'orders_person', of: 'btree (person)'}]}],
  });
  await sides[18]?.run('CREATE INDEX by_person ON shop.orders (person)');
  expect(compare(await shapeOn(18, PERSON)), 'the same under another name').toMatchObject({worse: []});
});
