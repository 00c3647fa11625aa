/** Partitioned tables of MySQL and MariaDB, made on PostgreSQL over the same rows: a row lies in the partition in which it lay. */
import pg from 'pg';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {readMysqlSchema} from '../../engine/mysql/mysql-schema-catalog.ts';
import {convertedSchema} from './schema.ts';

type Partitioned = {
  readonly key: string;
  readonly by: string;
  /** Values of the first of n, d, t and s, as SQL of both sides. */
  readonly rows?: readonly (readonly string[])[];
};

const COLUMNS = ['n', 'd', 't', 's'];
const DAY = "'2024-01-01 00:00:00'";
const PLACED: Readonly<Record<string, Partitioned>> = {
  ranges: {
    key: 'n',
    by: 'RANGE (n) (PARTITION below VALUES LESS THAN (-5), PARTITION `next one` VALUES LESS THAN (10), PARTITION rest VALUES LESS THAN (MAXVALUE))',
    rows: [['-6'], ['-5'], ['9'], ['10'], ['99']],
  },
  years: {
    key: 'd',
    by: 'RANGE (YEAR(d)) (PARTITION old VALUES LESS THAN (2000), PARTITION new VALUES LESS THAN (2010))',
    rows: ['1999-12-31 23:59:59', '2000-01-01 00:00:00', '2009-12-31 23:59:59'].map((d) => ['1', `'${d}'`]),
  },
  days: {
    key: 'd',
    by: "RANGE (TO_DAYS(d)) (PARTITION old VALUES LESS THAN (TO_DAYS('1999-03-01')), PARTITION new VALUES LESS THAN MAXVALUE)",
    rows: ['1999-02-28 23:59:59', '1999-03-01 00:00:00'].map((d) => ['1', `'${d}'`]),
  },
  moments: {
    key: 't',
    by: 'RANGE (UNIX_TIMESTAMP(t)) (PARTITION old VALUES LESS THAN (1000000000), PARTITION new VALUES LESS THAN (MAXVALUE))',
    rows: ['2001-09-09 01:46:39', '2001-09-09 01:46:40'].map((t) => ['1', DAY, `'${t}'`]),
  },
  pairs: {
    key: 'n, d',
    by: "RANGE COLUMNS (n, d) (PARTITION a VALUES LESS THAN (10, '2010-01-01'), PARTITION b VALUES LESS THAN (10, MAXVALUE), PARTITION c VALUES LESS THAN (20, '2010-01-01'))",
    rows: [
      ['9', DAY],
      ['10', "'2009-12-31 00:00:00'"],
      ['10', "'2010-01-01 00:00:00'"],
      ['20', "'2009-12-31 00:00:00'"],
    ],
  },
  lists: {key: 'n', by: 'LIST (n) (PARTITION few VALUES IN (1, -2), PARTITION more VALUES IN (3, 4))', rows: [['1'], ['-2'], ['4']]},
  words: {
    key: 's',
    by: "LIST COLUMNS (s) (PARTITION a VALUES IN ('it''s', 'ü'), PARTITION b VALUES IN ('B'))",
    rows: ["it''s", 'ü', 'B'].map((s) => ['1', DAY, DAY, `'${s}'`]),
  },
  nothing: {
    key: '',
    by: 'RANGE (m) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (MAXVALUE))',
    rows: [['1']],
  },
};
const COUNTED: Readonly<Record<string, Partitioned>> = {
  hashed: {key: 'n', by: 'HASH (n) PARTITIONS 4'},
  keyed: {key: 'n', by: 'KEY () PARTITIONS 3'},
  halved: {
    key: 'n',
    by: 'RANGE (n) SUBPARTITION BY HASH (n) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20))',
  },
};
const WHOLE: Readonly<Record<string, Partitioned>> = {
  by_month: {key: 'd', by: 'HASH (MONTH(d)) PARTITIONS 4'},
  in_order: {key: 's', by: "RANGE COLUMNS (s) (PARTITION a VALUES LESS THAN ('m'), PARTITION b VALUES LESS THAN (MAXVALUE))"},
  two_lists: {key: 'n, s', by: "LIST COLUMNS (n, s) (PARTITION a VALUES IN ((1, 'a')))"},
};
const create = ([name, {key, by}]: readonly [string, Partitioned]): string =>
  `CREATE TABLE ${name} (n int NOT NULL ${key.startsWith('n') ? 'AUTO_INCREMENT' : ''}, d datetime NOT NULL DEFAULT '2024-01-01', t timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    s varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'B', m int${key && `, PRIMARY KEY (${key})`}) PARTITION BY ${by}`;

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('rows lie in the partitions in which they lay; what cannot be said on PostgreSQL is one table, with the reason', async () => {
      await using database = await mysqlDatabase(server);
      const all = {...PLACED, ...COUNTED, ...WHOLE};
      await database.run("SET time_zone = '+00:00'", ...Object.entries(all).map(create));
      const names = Object.keys(all).map((name) => ({schema: database.name, name}));
      const schema = await readMysqlSchema(database.session, names);
      const {preData, findings} = convertedSchema(schema, {schema: 'moved', types: new Map()});
      const said = findings.filter(({text}) => text.includes('PARTITION BY'));
      expect(said.map(({object}) => object.split('.')[1] ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        'by_month',
        'halved',
        'in_order',
        'two_lists',
      ]);

      const {createDatabase} = await postgresServer({version: request.version === '10.11' ? 15 : 18});
      const client = new pg.Client({connectionString: await createDatabase()});
      await client.connect();
      try {
        await client.query("SET TimeZone = 'UTC'");
        for (const {sql} of preData) await client.query(sql);
        for (const [table, {by, rows = []}] of Object.entries(PLACED)) {
          for (const values of rows) {
            const named = COLUMNS.slice(0, values.length).join(', ');
            await database.run(`INSERT INTO ${table} (${named}) VALUES (${values.join(', ')})`);
            await client.query(`INSERT INTO moved.${table} (${named}) VALUES (${values.join(', ')})`);
          }
          for (const [, quoted, plain] of by.matchAll(/PARTITION (?:`([^`]+)`|(\w+)) VALUES/g)) {
            const part = quoted ?? plain ?? '';
            const [[lay] = []] = await database.rows(`SELECT count(*) FROM ${table} PARTITION (\`${part}\`)`);
            const {rows: lies} = await client.query<{n: number}>(`SELECT count(*)::int AS n FROM moved."${table}_${part}"`);
            const inNull = table === 'nothing' && part === 'a'; // MySQL has NULL below everything
            expect([table, part, lies[0]?.n]).toEqual([table, part, inNull ? 0 : Number(lay)]);
          }
        }
        const {rows: counts} = await client.query<{name: string; n: number}>(
          `SELECT inhparent::regclass::text AS name, count(*)::int AS n FROM pg_inherits WHERE inhparent IN ('moved.hashed'::regclass, 'moved.keyed'::regclass, 'moved.halved'::regclass) GROUP BY 1 ORDER BY 1`,
        );
        expect(counts).toEqual([
          {name: 'moved.halved', n: 2},
          {name: 'moved.hashed', n: 4},
          {name: 'moved.keyed', n: 3},
        ]);
      } finally {
        await client.end();
      }
    });
  });
}
