/** Views of MySQL and MariaDB, made on PostgreSQL over the same rows: they show what they showed. */
import pg from 'pg';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {readMysqlSchema} from '../../engine/mysql/mysql-schema-catalog.ts';
import {convertedSchema} from './schema.ts';

const TABLES = [
  "CREATE TABLE customer (id int PRIMARY KEY, name varchar(20), mood enum('sad','happy'), tags set('a','b')) COLLATE utf8mb4_general_ci",
  'CREATE TABLE invoice (id int PRIMARY KEY, customer int, amount decimal(10,2), weight double, count int unsigned, at datetime)',
];
const ROWS = [
  "INSERT INTO customer VALUES (1, 'Ann', 'happy', 'a'), (2, 'ANN', 'sad', 'a,b'), (3, 'Bob', NULL, NULL), (4, NULL, 'sad', '')",
  `INSERT INTO invoice VALUES (1, 1, 1.25, 0.5, 3, '2024-01-02 03:04:05'), (2, 1, 2.50, NULL, NULL, NULL), (3, 2, 10, 1.5, 1, '2024-02-02 00:00:00'),
    (4, 3, NULL, 2, 4, '2024-03-01 00:00:00'), (5, 9, 7, 1, 1, '2023-03-01 00:00:00')`,
];
/** As people write them; the servers print them in their own way. Ordered, so that rows can be compared. */
const VIEWS: Readonly<Record<string, string>> = {
  totals: `SELECT c.id, c.name AS \`the name\`, count(*) AS n, count(i.amount) AS amounts, sum(i.amount) AS total, avg(i.amount) AS mean, avg(i.count) AS share,
    max(i.at) AS last, sum(i.weight) AS weight, if(count(i.id) > 1, 'many', 'few') AS many, sum(i.amount) > 5 AS is_rich
    FROM customer c LEFT JOIN invoice i ON i.customer = c.id GROUP BY c.id, c.name ORDER BY total DESC, c.id`,
  more: 'SELECT id, n + 1 AS n, ifnull(total, 0.00) AS total FROM totals WHERE amounts > 0 OR total IS NULL ORDER BY id LIMIT 1, 2',
  names: `SELECT lower(c.name) AS name, count(DISTINCT c.mood) AS moods, group_concat(c.id ORDER BY c.id DESC SEPARATOR '; ') AS ids
    FROM customer c GROUP BY c.name HAVING count(*) > 0 ORDER BY c.name`,
  moods: 'SELECT mood, tags, id FROM customer ORDER BY id',
  buyers: `SELECT c.id, (SELECT max(i.amount) FROM invoice i WHERE i.customer = c.id) AS most FROM customer c
    WHERE EXISTS (SELECT 1 FROM invoice i WHERE i.customer = c.id) AND c.id IN (SELECT i.customer FROM invoice i WHERE i.weight IS NOT NULL) ORDER BY c.id`,
  derived: `SELECT d.name, d.most FROM (SELECT c.name, max(c.id) AS most FROM customer c WHERE c.name = 'ANN' GROUP BY c.name) d`,
  together:
    "SELECT id, amount FROM invoice WHERE amount > 5 UNION ALL SELECT id, 1.50 FROM customer WHERE mood = 'sad' ORDER BY id, amount",
  spread: `SELECT group_concat(DISTINCT i.count) AS counts, group_concat(c.mood ORDER BY c.mood DESC, c.id) AS moods, min(c.name) AS first FROM invoice i JOIN customer c ON c.id = i.customer`,
  ordered: 'SELECT id, mood FROM customer ORDER BY mood DESC, id',
  common: `WITH rich AS (SELECT customer, sum(amount) AS total FROM invoice GROUP BY customer), both_of AS (SELECT r.customer AS who, r.total AS sum_of FROM rich r WHERE r.total > 2)
    SELECT c.name, b.sum_of FROM customer c JOIN both_of b ON b.who = c.id WHERE c.id IN (SELECT customer FROM rich) ORDER BY b.sum_of`,
  renamed:
    'WITH few (number, worth) AS (SELECT id, amount FROM invoice WHERE id < 4) SELECT number, worth FROM few WHERE number > 1 ORDER BY number',
  ranked: `SELECT id, row_number() OVER (PARTITION BY customer ORDER BY amount DESC, id) AS place, rank() OVER (ORDER BY count) AS by_count,
    dense_rank() OVER (ORDER BY count DESC) AS dense, lag(amount) OVER (ORDER BY id) AS before_it, lead(amount, 2) OVER (ORDER BY id) AS after_it,
    first_value(amount) OVER (PARTITION BY customer ORDER BY id) AS first_of FROM invoice ORDER BY id`,
  running: `SELECT id, sum(amount) OVER (ORDER BY id) AS total, avg(amount) OVER (PARTITION BY customer) AS mean, count(*) OVER () AS n,
    max(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS top FROM invoice ORDER BY id`,
  folded: 'SELECT id, rank() OVER (ORDER BY name) AS place, count(*) OVER (PARTITION BY name) AS twins FROM customer ORDER BY id',
  // Left for a person.
  endless: 'WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n',
  tiled: 'SELECT id, ntile(2) OVER (ORDER BY id) AS half FROM invoice',
  sorted: 'SELECT group_concat(DISTINCT i.count ORDER BY i.count) AS counts FROM invoice i',
  shouted: 'SELECT soundex(name) AS s FROM customer',
  louder: 'SELECT s FROM shouted',
  kinds: 'SELECT DISTINCT name FROM customer',
  rolled: 'SELECT customer, count(*) AS n FROM invoice GROUP BY customer WITH ROLLUP',
};
const LEFT = ['endless', 'kinds', 'louder', 'rolled', 'shouted', 'sorted', 'tiled'];
/** The sum of a float may end in other digits, any one of a group may be shown, and a SET is an array. */
const asShown = (name: string, value: unknown): unknown =>
  name === 'derived' && typeof value === 'string'
    ? value.toLowerCase()
    : name === 'moods' && typeof value === 'string'
      ? value.replaceAll(/[{}]/g, '')
      : value;

for (const {title, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('views show on PostgreSQL what they show here; those that are not understood are said by name, with their text', async () => {
      await using database = await mysqlDatabase(server);
      await database.run(
        "SET SESSION sql_mode = ''",
        ...TABLES,
        ...ROWS,
        ...Object.entries(VIEWS).map(([name, query]) => `CREATE VIEW ${name} AS ${query}`),
      );
      const names = ['customer', 'invoice'].map((name) => ({schema: database.name, name}));
      const made = convertedSchema(await readMysqlSchema(database.session, names), {schema: 'shop', types: new Map()});
      expect(made.findings.map(({severity, object, text}) => [severity, object, text !== ''])).toEqual(
        LEFT.map((name) => ['warn', `view ${database.name}.${name}`, true]),
      );
      const client = new pg.Client({
        connectionString: await (await postgresServer({version: 18})).createDatabase(),
        types: {getTypeParser: () => (text: string) => text} as unknown as pg.CustomTypesConfig,
      });
      await client.connect();
      try {
        for (const {sql} of made.preData) await client.query(sql);
        for (const row of ROWS) await client.query(row.replace('INTO ', 'INTO shop.').replaceAll(/'(a|b|a,b|)'\)/g, "'{$1}')"));
        for (const {sql} of made.postData) await client.query(sql);
        for (const name of Object.keys(VIEWS).filter((one) => !LEFT.includes(one))) {
          const {rows} = await client.query<unknown[]>({text: `SELECT * FROM shop."${name}"`, rowMode: 'array'});
          const {rows: before} = await database.session.query(`SELECT * FROM ${name}`);
          expect(
            rows.map((row) => row.map((value) => asShown(name, value))),
            name,
          ).toEqual(before.map((row) => Object.values(row).map((value) => asShown(name, value))));
          expect(before.length, name).toBeGreaterThan(0);
        }
      } finally {
        await client.end();
      }
    });
  });
}
