import {expect, test} from 'vitest';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import type {MysqlSchema} from '../../model/mysql-schema.ts';
import {convertedSchema} from './schema.ts';
import {typeMap} from './type-map.ts';
import {zeroDate} from './zero-dates.ts';

const part = (column: string) => ({column, expression: null, prefix: null, isDescending: false});
const rest = {defaultText: '0000-00-00 00:00:00', isNullable: false} as const;
const SCHEMA: MysqlSchema = {
  flavour: 'mysql',
  views: [],
  programs: [],
  tables: [
    {
      name: {schema: 'blog', name: 'posts'},
      comment: '',
      columns: [
        mysqlColumn('int', {name: 'id', isNullable: false}),
        mysqlColumn('datetime', {name: 'at', ...rest}),
        mysqlColumn('datetime', {name: 'sent', ...rest}),
        mysqlColumn('timestamp', {name: 'seen', ...rest}),
        mysqlColumn('datetime', {name: 'maybe', isNullable: true}),
      ],
      indexes: [{name: 'PRIMARY', isUnique: true, method: 'BTREE', comment: '', parts: [part('id'), part('at')]}],
      foreignKeys: [],
      checks: [],
      partitioning: undefined,
    },
  ],
};
const index = {isUnique: true, method: 'BTREE', comment: ''};
const converted = (zeroDates?: 'nullable') =>
  convertedSchema(SCHEMA, {schema: 'blog', types: new Map(), ...(zeroDates ? {zeroDates} : {})});
const linesOf = (made: ReturnType<typeof converted>): string => made.preData.map(({sql}) => sql).join('\n');
const lossesOf = (made: ReturnType<typeof converted>): unknown =>
  made.tables.flatMap(typeMap).map(({column, losses}) => [column, losses.map(({what}) => what)]);

test('a column for whose zero dates NULL stands may hold NULL, has none as its default, and loses only what is partly zero (H-39)', () => {
  const made = converted('nullable');
  expect(linesOf(made)).toContain('"sent" timestamp(0) without time zone,\n  "seen" timestamp(0) with time zone,');
  expect(linesOf(made)).toContain('"at" timestamp(0) without time zone NOT NULL');
  expect(made.findings.map(({object}) => object)).toEqual(['blog.posts.at']);
  const [whole, partly] = ['zero and impossible dates (H-39)', 'partly zero and impossible dates (H-39)'];
  expect(lossesOf(made)).toEqual([
    ['id', []],
    ['at', [whole]],
    ['sent', [partly]],
    ['seen', []],
    ['maybe', [whole]],
  ]);
});

test('where the plan does not say so, it stays NOT NULL, and its default is left out with a warning', () => {
  expect(linesOf(converted())).toContain('"sent" timestamp(0) without time zone NOT NULL,');
  expect(converted().findings.map(({object}) => object)).toEqual(['blog.posts.at', 'blog.posts.sent', 'blog.posts.seen']);
});

test('a unique index over such a column is named: NULL may be there several times, which a zero date may not', () => {
  const [table] = SCHEMA.tables;
  if (!table) throw new Error('no table');
  const indexes = [
    ...table.indexes,
    {...index, name: 'one_each', parts: [part('seen'), part('sent')]},
    {...index, name: 'known', parts: [part('maybe')]},
    {...index, name: 'plain', isUnique: false, parts: [part('sent')]},
  ];
  const of = (zeroDates?: 'nullable') =>
    convertedSchema(
      {...SCHEMA, tables: [{...table, indexes}]},
      {schema: 'blog', types: new Map(), ...(zeroDates ? {zeroDates} : {})},
    ).findings.filter(({object}) => object.startsWith('index'));
  expect(of('nullable')).toMatchObject([
    {
      severity: 'warn',
      object: 'index blog.posts.one_each',
      text: 'seen, sent',
      reason: expect.stringContaining('zero dates in seen, sent'),
    },
  ]);
  expect(of()).toEqual([]);
});

test.each([
  ['date', '0000-00-00'],
  ['datetime(3)', '0000-00-00 00:00:00.000'],
  ['timestamp', '0000-00-00 00:00:00'],
  ['time', undefined],
])('the zero of %s', (type, zero) => {
  expect(zeroDate(type)).toBe(zero);
});
