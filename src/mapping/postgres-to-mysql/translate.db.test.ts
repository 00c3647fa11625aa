/** Every expression as a generated column on both sides: the same rows have the same answers. */
import {describe, expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {FUNCTIONS} from './functions.ts';
import {OPERATORS} from './operators.ts';
import {convertedSchema} from './schema.ts';

const COLUMNS =
  'id int PRIMARY KEY, a int, b bigint, d numeric(10,3), r double precision, t varchar(40), u text, c character(6), f boolean, m "${schema}".mood, born date, at timestamp, moment timestamptz, wakes time, data bytea';

const ROWS = [
  `(1, 3, 3, 1.500, 0.5, 'abc', 'ABC', 'ab', true, 'Sad', '2000-01-01', '2024-01-01 00:00:00.5', '2024-01-01 00:00:00.5+00', '05:00', '\\x00ff')`,
  `(2, -7, 9000000000, -2.345, -1e100, ' a b ', 'ä😀', 'ab   ', false, 'happy', '1999-12-31', '2024-01-01 00:00:00.500001', '2023-12-31 20:00:00-05', '24:00', '\\x')`,
  `(3, 0, -1, 0.005, 0, '', '  ', '', NULL, NULL, '0001-01-01', '9999-12-31 23:59:59.999999', NULL, NULL, NULL)`,
  '(4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
  `(5, 2147483, 2, 9999999.999, 1.5, '😀b ', 'b ', 'äöüß', true, 'sad', '2024-02-29', NULL, '1969-12-31 23:59:59.5+00', '12:00:00.000001', '\\x41')`,
];

/** Those that are answered by truths are compared as numbers. */
const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  boolean: [
    ...[
      'a = 3',
      'a <> b',
      'a < d',
      'd >= 1.50',
      'b IS NOT DISTINCT FROM a',
      'r > 0.5',
      'r <= 0',
      'a BETWEEN -7 AND 0',
      'a > b AND f OR a IS NULL',
    ],
    ...[
      "t = 'abc'",
      "t IN ('abc', '', ' a b ')",
      "t NOT IN ('abc', 'x')",
      "t LIKE 'a%c'",
      "u NOT LIKE '_😀'",
      't IS DISTINCT FROM u',
      "c = 'ab'",
    ],
    ...[
      'NOT f',
      'f IS TRUE',
      'f IS NOT TRUE',
      'f IS FALSE',
      'f IS NOT FALSE',
      'f = true',
      'f IS NOT NULL',
      'u IS NULL',
      "m = 'Sad'",
      "m IN ('sad', 'happy')",
    ],
    ...[
      "born > '1999-12-31'",
      "at <= '2024-01-01 00:00:00.5'",
      "moment >= '2024-01-01 01:00:00+00'",
      "wakes BETWEEN '05:00' AND '12:00'",
      "data = '\\xff'",
    ],
  ],
  bigint: [
    ...[
      'a + b * 2 - 7',
      '-a',
      'length(t)',
      'char_length(c)',
      'octet_length(u)',
      'octet_length(data)',
      'EXTRACT(year FROM at)',
      'EXTRACT(month FROM born)',
    ],
    ...['EXTRACT(day FROM born)', 'CASE WHEN a > 0 THEN 1 WHEN a < 0 THEN -1 END', "CASE WHEN t = '' THEN 0 ELSE a END"],
  ],
  'numeric(30,5)': [
    'd * 1.195',
    'd * d',
    'd - a',
    'abs(d)',
    'coalesce(d, a, 0)',
    'NULLIF(d, 1.5)',
    'round(d, 2)',
    'round(d)',
    'trunc(d, 1)',
    'ceil(d)',
    'ceiling(d)',
    'floor(d)',
  ],
  'numeric(20,1)': ['d', 'd + 0.05'],
  text: [
    "t || '/' || u",
    'c || t',
    'left(t, 2)',
    'right(t, 1)',
    'btrim(t)',
    'ltrim(t)',
    'rtrim(t)',
    "replace(t, 'b', 'xx')",
    "coalesce(u, t, 'none')",
  ],
};
const GENERATED = Object.entries(EXPRESSIONS)
  .flatMap(([type, all]) => all.map((expression) => ({type, expression})))
  .map((one, i) => ({...one, name: `g${i}`}));

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    test('reckons what PostgreSQL reckons', async () => {
      await using target = await mysqlDatabase(server);
      const postgres = await postgresServer({version: 18});
      const side = await openSide('source', await postgres.createDatabase());
      try {
        const name = `"${target.name}".e`;
        const columns = GENERATED.map(({name: one, type, expression}) => `${one} ${type} GENERATED ALWAYS AS (${expression}) STORED`);
        await side.run(
          `CREATE SCHEMA "${target.name}"; CREATE TYPE "${target.name}".mood AS ENUM ('happy', 'sad', 'Sad')`,
          `CREATE TABLE ${name} (${[COLUMNS.replace('${schema}', target.name), ...columns].join(', ')})`,
        );
        const {convertible, catalog} = side.database;
        const schema = await convertible?.read(await catalog.tables({tables: [`${target.name}.e`], exclude: []}));
        if (schema?.flavour !== 'postgres') throw new Error('the schema is read');
        const {preData, findings} = convertedSchema(schema, request.flavour, new Map());
        expect(findings).toEqual([]);
        for (const {sql} of preData) await target.run(sql);
        await side.run(`SET TimeZone = 'UTC'`, `INSERT INTO ${name} VALUES ${ROWS.join(', ')}`);
        const rows = ROWS.join(', ')
          .replaceAll(/'\\x([0-9a-f]*)'/g, "X'$1'")
          .replaceAll('+00', '')
          .replace('2023-12-31 20:00:00-05', '2024-01-01 01:00:00');
        const own = 'id, a, b, d, r, t, u, c, f, m, born, at, moment, wakes, data';
        await target.run(`INSERT INTO e (${own}) VALUES ${rows}`);
        const shown = (isHere: boolean): string =>
          GENERATED.map(({name: one, type}) =>
            isHere ? (type === 'boolean' ? `${one}::int::text` : `${one}::text`) : `CAST(${one} AS CHAR)`,
          ).join(', ');
        const here = await side.rows(`SELECT ${shown(true)} FROM ${name} ORDER BY id`);
        const there = await target.rows(`SELECT ${shown(false)} FROM e ORDER BY id`);
        for (const [n, {expression}] of GENERATED.entries())
          expect([expression, there.map((row) => row[n])]).toEqual([expression, here.map((row) => row[n])]);
      } finally {
        await side.close();
      }
    });
  });
}

test('every operator and function of the tables is among them', () => {
  const text = GENERATED.map(({expression}) => expression).join(' ; ');
  const printed: Readonly<Record<string, string>> = {'is not distinct': 'IS NOT DISTINCT', 'is distinct': 'IS DISTINCT', minus: '-a'};
  const words = [
    ...Object.keys(OPERATORS).map((name) => printed[name] ?? name),
    ...Object.keys(FUNCTIONS)
      .filter((name) => name !== 'character_length')
      .map((name) => name.replace('extract ', 'EXTRACT(')),
  ];
  expect(words.filter((word) => !text.toUpperCase().includes(word.toUpperCase()))).toEqual([]);
});
