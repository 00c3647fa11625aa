/**
 * The same tables in MySQL, of types that PostgreSQL does not have, and the rows of the source. The key of `stamps` is a text whose
 * order and equality are those of a collation that the target does not have either.
 */
import {TORTURE_ROWS} from '../support/torture-table.ts';
import {columnsFor} from '../support/mysql-values.ts';
import {lossless} from '../types/mysql-native.ts';
import type {Row} from './corruption.ts';
import {ITEMS, shapes, STAMPS, STEP, type TableNamed, TOKENS, TORTURE_COPIES} from './tables.ts';

/** Of every change a log keeps both rows, so that the largest values stand in one row only. */
const LARGE = /REPEAT\('é', \d{5}|RECURSIVE/;

/** One column of each type that a conversion moves by itself. */
export const MYSQL_TYPES = columnsFor('mysql')
  .filter(({type}) => !/^(?:geometry|point|vector)/.test(type))
  .map(({type, values}, i) => {
    const exact = values.map((value) => lossless({type}, value));
    return {name: `c${i}`, type, small: exact.filter((value) => !LARGE.test(value)), large: exact.find((value) => LARGE.test(value))};
  });

const TABLES = [
  'CREATE DATABASE camp CHARACTER SET utf8mb4',
  'USE camp',
  `CREATE TABLE camp.items (
    id bigint PRIMARY KEY, customer int NOT NULL, label varchar(60) NOT NULL, note text, amount decimal(30,10), price decimal(12,2),
    ratio double NOT NULL, made timestamp(6) NOT NULL, seen datetime(6), code char(6), word varchar(40), body longtext NOT NULL,
    flag tinyint(1), raw blob, doc json, tags set('a0','a1','a2','a3','a4','a5','a6','b'))`,
  `CREATE TABLE camp.stamps (letter varchar(20), place int, value decimal(30,10) NOT NULL, word varchar(40), PRIMARY KEY (letter, place))`,
  `CREATE TABLE camp.tokens (id binary(16) PRIMARY KEY, made timestamp(6) NOT NULL, body mediumtext NOT NULL, label text)`,
  `CREATE TABLE camp.torture (id bigint PRIMARY KEY, ${MYSQL_TYPES.map(({name, type}) => `${name} ${type}`).join(', ')})`,
];

/** Row 0 has nothing but NULL, the last one the largest values. */
const tortureRow = (id: number): string => {
  const cells = MYSQL_TYPES.map(({small, large}) => {
    if (id === 0) return 'NULL';
    return (id === TORTURE_ROWS - 1 ? large : undefined) ?? small[id % small.length];
  });
  return `INSERT INTO camp.torture VALUES (${[id, ...cells].join(', ')})`;
};

/** 32 digits; MySQL 9 has no MD5. */
export const hashOf = (sql: string): string => `left(sha2(${sql}, 256), 32)`;
const numbers = (count: number): string =>
  `(WITH RECURSIVE s AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < ${count}) SELECT i FROM s) n`;
/** As in PostgreSQL; every number has a last digit, and every time a fraction, that can be lost. */
const ROWS = [
  'SET SESSION cte_max_recursion_depth = 100000',
  `INSERT INTO camp.items SELECT i * ${STEP}, i % 97, concat('label ', lpad(i, 6, '0')),
    CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN NULL ELSE concat('nöte ', lpad(i, 6, '0')) END,
    i % 1000 + 0.0000000001, i * 1.25, if(i % 3, i / 7e0, 0),
    timestamp('2024-01-01') + INTERVAL i * 420000001 MICROSECOND, timestamp('2024-03-31 01:30:00') + INTERVAL i * 60000001 MICROSECOND,
    concat('c', i % 100), concat('word ', i), if(i % 5, concat('short ', lpad(i, 6, '0')), repeat(${hashOf('i')}, 100)),
    i % 2 = 0, unhex(${hashOf('i')}), json_object('n', i, 'text', concat('t', i)), concat('a', i % 7, ',b') FROM ${numbers(ITEMS)}`,
  `INSERT INTO camp.tokens SELECT unhex(${hashOf(`concat('token ', i)`)}), timestamp('2024-01-01') + INTERVAL i * 3600000001 MICROSECOND,
    repeat(${hashOf('i')}, 80), concat('label ', lpad(i, 6, '0')) FROM ${numbers(TOKENS)}`,
  `INSERT INTO camp.stamps SELECT concat(if(i % 2, 'L', 'l'), lpad(i % 500, 6, '0')), i, i % 100 + 0.5000000001, concat('stamp ', lpad(i, 6, '0'))
    FROM ${numbers(STAMPS)}`,
  ...Array.from({length: TORTURE_ROWS}, (_, id) => tortureRow(id)),
  `INSERT INTO camp.torture SELECT id + ${TORTURE_ROWS} * n.i, ${MYSQL_TYPES.map(({name}) => name).join(', ')}
    FROM camp.torture, ${numbers(TORTURE_COPIES)}`,
  `ANALYZE TABLE ${Object.keys(shapes).join(', ')}`,
];

export const mysqlTables: readonly string[] = [...TABLES, ...ROWS];

/** The columns of a key, each as PostgreSQL writes it. */
export const mysqlKeys = (table: TableNamed): readonly string[] =>
  table === 'camp.tokens' ? [String.raw`concat('\\x', lower(hex(id)))`] : shapes[table].key;

/** Of a row by its key as PostgreSQL writes it. */
export const mysqlWhere = ({table, key}: Row): string =>
  shapes[table].key.map((name, i) => `${name} = ${key[i]?.startsWith('\\x') ? `X'${key[i].slice(2)}'` : `'${key[i]}'`}`).join(' AND ');
