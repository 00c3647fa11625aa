/** Read from PostgreSQL's catalogue and made on the servers themselves. */
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {ConvertedScript} from '../mapping.ts';
import {migrationMapping} from '../migration-mapping.ts';
import {postgresToMysql} from './pair.ts';

const SHOP = readFileSync(new URL('../../../test/support/postgres-shop.sql', import.meta.url), 'utf8');
let side: TestSide;
beforeAll(async () => {
  const server = await postgresServer({version: 18});
  side = await openSide('source', await server.createDatabase());
});
afterAll(() => side.close());

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(`a schema on ${title}`, () => {
    const isMysql = request.flavour === 'mysql';
    let target: MysqlDatabase;
    let script: ConvertedScript;
    const refused = (sql: string): Promise<unknown> =>
      target.run(sql).then(
        () => undefined,
        (error: unknown) => (error as {errno?: number}).errno,
      );

    beforeAll(async () => {
      target = await mysqlDatabase(server);
      await side.run(SHOP.replaceAll('${schema}', target.name));
      const {convertible, catalog} = side.database;
      const tables = await catalog.tables({tables: [`${target.name}.*`], exclude: []});
      const name = (table: string) => ({schema: target.name, name: table});
      const typed = (column: string, type: string) => ({kind: 'rename' as const, column, to: column, type});
      const mapping = migrationMapping(
        {
          allowLoss: false,
          tables: [{from: name('customer'), to: name('customer'), where: undefined, columns: [typed('tags', 'longtext')]}],
        },
        () => (value) => value,
        postgresToMysql(request.flavour)({accept: []}),
      );
      const made = convertible && mapping.converted?.(await convertible.read(tables));
      if (!made) throw new Error('the schema of PostgreSQL is converted');
      script = made;
      for (const {sql} of [...script.preData, ...script.postData]) await target.run(sql);
    });
    afterAll(() => target[Symbol.asyncDispose]());

    test('is made as a whole; what is not converted is said by name, with its own text', async () => {
      const said = script.findings.map(({severity, object, text}) =>
        `${severity} ${object.replace(`${target.name}.`, '')}: ${text.replaceAll(`${target.name}.`, '')}`.replaceAll(/\s+/g, ' '),
      );
      expect(said).toEqual([
        'warn index customer.customer_active: CREATE INDEX customer_active ON customer USING btree (born) WHERE is_active',
        'warn index customer.customer_name: CREATE INDEX customer_name ON customer USING btree (name DESC, born) INCLUDE (note)',
        'warn index customer.customer_note: CREATE INDEX customer_note ON customer USING btree (note)',
        ...(isMysql ? [] : [expect.stringMatching(/^warn index customer\.customer_start: .*"left"/)]),
        'warn index customer.customer_tags: CREATE INDEX customer_tags ON customer USING gin (tags)',
        'refuse odd.total: numeric',
        'refuse odd.period: int4range',
        "refuse odd.doubt: upper('x'::text)",
        'refuse odd.hash: md5(sound)',
        'refuse primary key odd: CREATE UNIQUE INDEX odd_pkey ON odd USING btree (id)',
        'refuse check odd.odd_sound_check: (lower(sound) = sound)',
        'refuse index odd.odd_fold: CREATE UNIQUE INDEX odd_fold ON odd USING btree (fold)',
        'refuse index odd.odd_some: CREATE UNIQUE INDEX odd_some ON odd USING btree (doubt) WHERE (total > (0)::numeric)',
        'refuse index odd.odd_twin: CREATE UNIQUE INDEX odd_twin ON odd USING btree (twin) NULLS NOT DISTINCT',
        'warn foreign key Order.Order_product_fkey: FOREIGN KEY (product) REFERENCES product(code) DEFERRABLE',
        'warn constraint that is not validated odd.late: CHECK ((twin > 0)) NOT VALID',
        'refuse exclusion constraint odd.odd_twin_excl: EXCLUDE USING btree (twin WITH =)',
        expect.stringMatching(/^warn function one: CREATE OR REPLACE FUNCTION one\(\)/),
        'refuse policy odd.own: USING ((id = CURRENT_USER))',
        expect.stringMatching(/^warn trigger odd\.touch: CREATE TRIGGER touch BEFORE UPDATE/),
        'warn view cheap: SELECT code FROM product WHERE (price < (10)::numeric);',
      ]);
      expect(script.findings.every(({reason, next}) => reason !== '' && next !== '')).toBe(true);
    });

    test('gives rows the defaults that the source gives them', async () => {
      await target.run(`SET SESSION time_zone = '+05:00', sql_mode = 'STRICT_ALL_TABLES'`, `INSERT INTO customer () VALUES ()`);
      await side.run(`INSERT INTO "${target.name}".customer DEFAULT VALUES`);
      const [there] = await target.rows(
        `SELECT concat_ws('|', id, email, name, mood, is_active, balance, rating, visits, tags, note, hex(picture), bin(flags), born, wakes, code,
           JSON_UNQUOTE(JSON_EXTRACT(settings, '$.a[1]')), char_length(token), abs(timestampdiff(second, since, utc_timestamp())) < 60, abs(timestampdiff(second, changed, utc_timestamp())) < 60) FROM customer`,
      );
      const [here] = await side.rows(
        `SELECT concat_ws('|', id, email, name, mood, is_active::int, balance, rating, visits, tags, note, upper(encode(picture, 'hex')), ltrim(flags::text, '0'), born, wakes || '00000', rtrim(code),
           settings #>> '{a,1}', length(token::text), 1, 1) FROM "${target.name}".customer`,
      );
      expect(there).toEqual(here);
      const comment = `SELECT table_comment FROM information_schema.tables WHERE table_schema = database() AND table_name = 'customer'`;
      expect(await target.rows(comment)).toEqual([["who 'buys' \\ here"]]);
    });

    test('checks and keeps unique what the source does', async () => {
      const insert = (columns: string, values: string): string => `INSERT INTO customer (${columns}) VALUES (${values})`;
      const accepted = ["'Nobody@x'", "'nobody@x '", "'nöbody@x'"];
      for (const email of accepted) expect([email, await refused(insert('email', email))]).toEqual([email, undefined]);
      expect(await refused(insert('email', "'nobody@x'"))).toBe(1062);
      const wrong = [
        ['email', "'a@x'"],
        ['email', "'nobody'"],
        ['email, is_active', "'b@x.org', 2"],
        ['email, visits', "'b@x.org', 13"],
        ['email, is_active, balance', "'b@x.org', 0, -1"],
        ['email, token', "'b@x.org', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"],
        ['email, code', "'b@x.org', 'xx'"],
        ['email, wakes', "'b@x.org', '-01:00:00'"],
        ['email, born', "'b@x.org', '1900-01-01'"],
      ] as const;
      const before = await target.rows('SELECT count(*) FROM customer');
      const CHECKED = isMysql ? 3819 : 4025;
      for (const [columns, values] of wrong.slice(0, -1))
        expect([columns, await refused(insert(columns, values))]).toEqual([columns, CHECKED]);
      expect(await refused(insert('email, mood', "'b@x.org', 'sad'"))).toBe(1265);
      expect(await target.rows('SELECT count(*) FROM customer')).toEqual(before);
    });

    test('generates what the source generates, and follows its foreign keys', async () => {
      const rows = `INSERT INTO product (code, price, stock) VALUES ('a', 1.55, 3), ('A', -2.5, 0)`;
      await target.run(rows);
      await side.run(rows.replace('product', `"${target.name}".product`));
      const answer = 'SELECT id, gross, label, in_stock FROM product ORDER BY id';
      const here = await side.rows(answer.replace('product', `"${target.name}".product`).replace('in_stock', 'in_stock::int'));
      expect((await target.rows(answer)).map((row) => row.map(String))).toEqual(here);
      await target.run(`INSERT INTO \`Order\` (customer, n, product, at) VALUES (1, 1, 'A', '2024-05-06 07:08:09.5')`);
      expect(await target.rows('SELECT year FROM `Order`')).toEqual([[2024]]);
      expect(await refused(`INSERT INTO \`Order\` (customer, n, at) VALUES (99, 1, now())`)).toBe(1452);
      expect(await refused(`DELETE FROM product WHERE code = 'A'`)).toBe(1451);
    });
  });
}

test('rows that would be lost are counted in one statement (H-39)', async () => {
  await side.run(
    `CREATE TABLE public.far (id int PRIMARY KEY, at timestamptz, born date, price numeric(5,2), rating real, name text, n numeric)`,
    `INSERT INTO public.far VALUES (1, 'infinity', '0044-03-15 BC', 'NaN', '-0', 'abc', 1.5), (2, '10000-01-01', '-infinity', 1, 'NaN', 'abcd', 1.55), (3, now(), '0001-01-01', 2, '-Infinity', NULL, 'NaN')`,
  );
  const {convertible, catalog} = side.database;
  const [table] = await catalog.tables({tables: ['public.far'], exclude: []});
  if (!table || !convertible) throw new Error('no table');
  const typed = (column: string, type: string) => ({kind: 'rename' as const, column, to: column, type});
  const columns = [typed('name', 'varchar(3)'), typed('n', 'decimal(3,1)')];
  const mapping = migrationMapping(
    {allowLoss: false, tables: [{from: table.name, to: table.name, where: undefined, columns}]},
    () => (value) => value,
    postgresToMysql('mysql')({accept: []}),
  );
  const losses = (mapping.converted?.(await convertible.read([table])).types ?? []).flatMap(({column, losses: all}) =>
    all.flatMap(({where}) => (where ? [[column, where] as const] : [])),
  );
  const counts = await convertible.count(
    table.name,
    losses.map(([, where]) => where),
  );
  expect(losses.map(([column], i) => [column, counts[i]])).toEqual([
    ['at', 2n],
    ['born', 2n],
    ['price', 1n],
    ['rating', 2n],
    ['name', 1n],
    ['n', 2n],
  ]);
  expect(await convertible.collisions(table.name, ['left(name, 3)'])).toBe(1n);
});
