import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import mariadb from '../../../test/support/mysql-shop-mariadb.json' with {type: 'json'};
import mysql from '../../../test/support/mysql-shop-mysql.json' with {type: 'json'};
import {postgresServer} from '../../../test/support/servers.ts';
import type {MysqlSchema} from '../../model/mysql-schema.ts';
import {convertedSchema} from './schema.ts';

const RULES = {schema: 'shop', types: new Map([['odd.place', 'bytea']])};

/** Read from both servers after `test/support/mysql-shop.sql`. */
describe.each([
  {server: 'MySQL 9.7', schema: mysql as unknown as MysqlSchema},
  {server: 'MariaDB 10.11', schema: mariadb as unknown as MysqlSchema},
])('a schema of $server', ({schema}) => {
  let client: pg.Client;
  const {preData, postData, findings} = convertedSchema(schema, RULES);
  const rows = async (sql: string): Promise<unknown[][]> => (await client.query({text: sql, rowMode: 'array'})).rows;
  const refused = async (sql: string): Promise<string | undefined> =>
    client.query(sql).then(
      () => undefined,
      (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined),
    );

  beforeAll(async () => {
    const server = await postgresServer({version: 18});
    client = new pg.Client({connectionString: await server.createDatabase(), types: {getTypeParser: () => (text: string) => text}});
    await client.connect();
    await client.query("SET search_path = ''; SET IntervalStyle = 'iso_8601'");
    for (const {sql} of [...preData, ...postData]) await client.query(sql);
  });
  afterAll(() => client.end());

  test('is made as a whole; what is not converted is said by name, with its own text', () => {
    const said = findings.map(({severity, object, text}) => `${severity} ${object.replace(/CONSTRAINT_1|odd_chk_1/, 'chk')}: ${text}`);
    expect(said).toEqual([
      'warn index shopdb.customer.name: name(10)',
      'warn index shopdb.customer.words: email',
      expect.stringMatching(/^refuse shopdb\.odd\.doubt: .*\^ 3/),
      expect.stringMatching(/^refuse check shopdb\.odd\.chk: .*soundex/),
      'warn index shopdb.odd.place: place',
      "warn trigger shopdb.odd_insert: SET NEW.sound = 'x'",
    ]);
    expect(postData.find(({object}) => object === 'view shopdb.cheap')).toMatchObject({isOptional: true});
    expect(findings.every(({reason, next}) => reason !== '' && next !== '')).toBe(true);
  });

  test('gives rows the defaults that the source gives them', async () => {
    await client.query(`INSERT INTO shop.customer (email) VALUES ('Ann@x.org')`);
    expect(
      await rows(
        'SELECT id, name, mood, tags, is_active, flag, bits, wakes, since, rating, visits, picture, length(token) FROM shop.customer',
      ),
    ).toEqual([['1', "O'Neil \\ sons", 'happy', '{new,vip}', '1', 't', '00101', 'PT7H30M0.5S', '2001', '1.5', '42', '\\x61', '36']]);
  });

  test('keeps a unique text unique in whatever case it is written, and checks as the source checks', async () => {
    expect(await refused(`INSERT INTO shop.customer (email) VALUES ('ÄNN@X.ORG')`)).toBe('23505');
    expect(await refused(`INSERT INTO shop.customer (email) VALUES ('root@X ')`)).toBe('23514');
    expect(await refused(`INSERT INTO shop.customer (email) VALUES ('nobody')`)).toBe('23514');
    expect(await refused(`INSERT INTO shop.customer (email, rating) VALUES ('b@x', 5.5)`)).toBe('23514');
    expect(await refused(`INSERT INTO shop.customer (email, tags) VALUES ('b@x', '{vip,other}')`)).toBe('23514');
    expect(await refused(`INSERT INTO shop.customer (email, mood) VALUES ('b@x', 'it''s ok')`)).toBe('23514');
    expect(await refused(`INSERT INTO shop.customer (email, visits) VALUES ('b@x', -1)`)).toBe('23514');
  });

  test('generates what the source generates', async () => {
    await client.query(`INSERT INTO shop.product (code, price, stock, parts) VALUES ('äb', 1.55, 3, 3), ('c', -2.5, 0, 0)`);
    expect(await rows('SELECT gross, each_part, label, longer, in_stock FROM shop.product ORDER BY price DESC')).toEqual([
      ['1.84', '0.5167', 'ÄB 3', 'ÄB 3!', '1'],
      ['-2.98', null, 'C 0', 'C 0!', '0'],
    ]);
  });

  test('follows its foreign keys, case or no case', async () => {
    await client.query(`INSERT INTO shop."order" (customer, product, at) SELECT id, 'AB', '2024-05-06 07:08:09.5' FROM shop.customer`);
    expect(await rows('SELECT id, product, month FROM shop."order"')).toEqual([['1', 'AB', '202405']]);
    expect(await refused(`INSERT INTO shop."order" (customer) VALUES (99)`)).toBe('23503');
    await client.query(`DELETE FROM shop.product WHERE code = 'ab'`);
    expect(await rows('SELECT product FROM shop."order"')).toEqual([[null]]);
  });

  test('sets the time of a change only when something changed and the application set none', async () => {
    const changed = async (set: string): Promise<unknown> =>
      (await rows(`UPDATE shop.customer SET ${set} RETURNING changed > '2020-01-01'`))[0]?.[0];
    await client.query(`UPDATE shop.customer SET changed = '2001-01-01'`);
    expect(await changed('visits = visits')).toBe('f');
    expect(await changed(`visits = 7, changed = '2002-02-02'`)).toBe('f');
    expect(await changed('visits = 8')).toBe('t');
  });
});
