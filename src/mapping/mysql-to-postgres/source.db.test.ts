/** What the conversion believes of its sources, asked of the servers themselves: how rows are counted, how they reckon and print. */
import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import mariadbAnswers from '../../../test/support/mysql-answers-mariadb.json' with {type: 'json'};
import mysqlAnswers from '../../../test/support/mysql-answers-mysql.json' with {type: 'json'};
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {EXPRESSIONS, SAMPLE_COLUMNS, SAMPLE_ROWS} from '../../../test/support/mysql-expressions.ts';
import mariadbShop from '../../../test/support/mysql-shop-mariadb.json' with {type: 'json'};
import mysqlShop from '../../../test/support/mysql-shop-mysql.json' with {type: 'json'};
import {mysqlColumn, TYPE_CASES} from '../../../test/support/mysql-type-cases.ts';
import {readMysqlSchema} from '../../engine/mysql/mysql-schema-catalog.ts';
import {quoteValue} from '../../engine/mysql/mysql-sql.ts';
import {convertedSchema} from './schema.ts';
import {chosenType} from './types.ts';
import type {MysqlSchema} from '../../model/mysql-schema.ts';

const written = (value: string | null): string =>
  value === null ? 'NULL' : value.startsWith('\\x') ? `x'${value.slice(2)}'` : quoteValue(value);

/** MySQL 9.7 and MariaDB 11.8 show the sign of a zero, 10.11 does not: the number is the same. */
const unsigned = (value: string | null): string | null => (value === '-0' ? '0' : value);

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    const isMariadb = request.flavour === 'mariadb';

    test('counts the rows of every named loss, and no other (H-34, H-39, H-41, H-44, H-45, H-48)', async () => {
      await using database = await mysqlDatabase(server);
      await database.run("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
      const counted: unknown[] = [];
      const meant: unknown[] = [];
      for (const [i, {type, declared, values, lost = []}] of TYPE_CASES.entries()) {
        const chosen = chosenType(mysqlColumn(type), declared);
        if ('refused' in chosen) throw new Error(chosen.refused);
        const conditions = chosen.choice.losses.flatMap(({where}) => (where ? [`(${where('c')})`] : []));
        // JSON: the servers refuse some of the values themselves.
        if (!conditions.length || type === 'json') continue;
        const rows = [...fc.sample(values, {numRuns: 40, seed: 20_261}), null, ...lost.map(([value]) => value)];
        await database.run(
          `CREATE TABLE t${i} (id int AUTO_INCREMENT PRIMARY KEY, c ${type})`,
          `INSERT INTO t${i} (c) VALUES ${rows.map((value) => `(${written(value)})`).join(', ')}`,
        );
        const {rows: found} = await database.session.query(`SELECT count(*) AS n FROM t${i} WHERE ${conditions.join(' OR ')}`);
        counted.push([type, declared, Number(found[0]?.['n'])]);
        meant.push([type, declared, lost.length]);
      }
      expect(counted).toEqual(meant);
      expect(counted.length).toBeGreaterThan(15);
    });

    test('reckons and prints as was written down', async () => {
      await using database = await mysqlDatabase(server);
      const {session} = database;
      await database.run(
        "SET SESSION sql_mode = ''",
        'SET NAMES utf8mb4 COLLATE utf8mb4_general_ci',
        `CREATE TABLE sample (${SAMPLE_COLUMNS.map(([name, type]) => `${name} ${type}${type.startsWith('varchar') ? ` CHARACTER SET utf8mb4 COLLATE utf8mb4_${name === 'x' ? 'bin' : 'general_ci'}` : ''}`).join(', ')})`,
        ...SAMPLE_ROWS.map((row) => `INSERT INTO sample VALUES (${row.map(written).join(', ')})`),
      );
      const {answers} = isMariadb ? mariadbAnswers : mysqlAnswers;
      const asked = EXPRESSIONS.filter((expression) => answers.some((one) => one.expression === expression));
      const found: unknown[] = [];
      for (const expression of asked) {
        const {rows} = await session.query(`SELECT ${expression} AS z FROM sample ORDER BY id`);
        found.push([expression, rows.map(({z}) => unsigned(z ?? null))]);
      }
      expect(found).toEqual(answers.map(({expression, values}) => [expression, values.map(unsigned)]));
      expect(EXPRESSIONS.length - asked.length).toBe(isMariadb ? 0 : 1); // MySQL has no MD5
    });

    test('tells its schema so that the same DDL comes of it', async () => {
      await using database = await mysqlDatabase(server);
      const statements = readFileSync('test/support/mysql-shop.sql', 'utf8').split(/;\n/);
      await database.run(...statements.filter((one) => one.trim() !== ''));
      const schema = await readMysqlSchema(
        database.session,
        ['customer', 'odd', 'order', 'product'].map((name) => ({schema: database.name, name})),
      );
      const script = (of: MysqlSchema): unknown => {
        const {preData, postData} = convertedSchema(of, {schema: 'shop', types: new Map([['odd.place', 'bytea']])});
        return [...preData, ...postData].map(({sql}) => sql).sort();
      };
      expect(script(schema)).toEqual(script((isMariadb ? mariadbShop : mysqlShop) as unknown as MysqlSchema));
    });
  });
}
