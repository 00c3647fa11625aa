import {expect, test} from 'vitest';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import type {MysqlPartitioning, MysqlTable} from '../../model/mysql-schema.ts';
import {convertedTable} from './converted-table.ts';
import {partitionsOf} from './partitions.ts';

const visits = (
  partitioning: Partial<MysqlPartitioning>,
  bounds: readonly (string | null)[],
  primary: readonly string[] = [],
): MysqlTable => ({
  name: {schema: 'shop', name: 'visit'},
  comment: '',
  columns: [
    mysqlColumn('int', {name: 'id', isNullable: false}),
    mysqlColumn('date', {name: 'day'}),
    mysqlColumn('int', {name: 'twice', extra: 'STORED GENERATED', generation: '(`id` * 2)'}),
  ],
  indexes: primary.length
    ? [
        {
          name: 'PRIMARY',
          isUnique: true,
          method: 'BTREE',
          comment: '',
          parts: primary.map((column) => ({column, expression: null, prefix: null, isDescending: false})),
        },
      ]
    : [],
  foreignKeys: [],
  checks: [],
  partitioning: {
    ...{method: 'RANGE', expression: '`id`', subMethod: null},
    ...partitioning,
    partitions: bounds.map((description, i) => ({name: `p${i}`, description})),
  },
});
const made = (...table: Parameters<typeof visits>) => {
  const {by, statements, findings} = partitionsOf(convertedTable('mysql', visits(...table), {schema: 'shop', types: new Map()}));
  return {
    by,
    bounds: statements.map(({sql}) => sql.replace(/^.*PARTITION OF "shop"."visit" /, '')),
    said: findings.map(({reason}) => reason),
  };
};

test('NULL has the default partition, and what that takes besides is said where the ranges have an end', () => {
  const columns = {method: 'RANGE COLUMNS', expression: '`day`'};
  expect(made(columns, ["'2024-01-01'", 'MAXVALUE'])).toEqual({
    by: ' PARTITION BY RANGE ("day")',
    bounds: ["FOR VALUES FROM (MINVALUE) TO ('2024-01-01')", "FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)", 'DEFAULT'],
    said: [],
  });
  expect(made(columns, ["'2024-01-01'"]).said).toEqual([expect.stringContaining('the way back ends at such a row')]);
  const pair = {method: 'RANGE COLUMNS', expression: '`id`,`day`'};
  expect(made(pair, ['10,MAXVALUE']).said).toEqual([expect.stringContaining('the way back ends at such a row')]);
  expect(made(pair, ['MAXVALUE,MAXVALUE']).said).toEqual([]);
});

test('a list of MariaDB may have a partition for all others', () => {
  expect(made({method: 'LIST'}, ['1,-2,NULL', 'DEFAULT']).bounds).toEqual(['FOR VALUES IN (1, -2, NULL)', 'DEFAULT']);
});

test.each([
  ['a key that is not the primary one', {method: 'KEY', expression: ''}, [null, null], /a key that is not the primary one/],
  ['a generated column', {expression: '`twice`'}, ['10'], /a generated column/],
  ['an expression', {expression: '(`id` + 1)'}, ['10'], /an expression/],
  ['a function that keeps no order', {expression: 'dayofmonth(`day`)'}, ['10'], /DAYOFMONTH/],
  ['a zero date', {method: 'RANGE COLUMNS', expression: '`day`'}, ["'0000-00-00'"], /the bound 0000-00-00/],
  ['times of the server', {method: 'SYSTEM_TIME', expression: ''}, [null], /SYSTEM_TIME has no equal/],
] as const)('%s leaves the table whole, and says so', (_, partitioning, bounds, reason) => {
  const {by, bounds: parts, said} = made(partitioning, bounds);
  expect({by, parts}).toEqual({by: '', parts: []});
  expect(said).toEqual([expect.stringMatching(reason)]);
});

test('KEY () is over the primary key', () => {
  expect(made({method: 'LINEAR KEY', expression: ''}, [null, null], ['id', 'day'])).toEqual({
    by: ' PARTITION BY HASH ("id", "day")',
    bounds: ['FOR VALUES WITH (MODULUS 2, REMAINDER 0)', 'FOR VALUES WITH (MODULUS 2, REMAINDER 1)'],
    said: [],
  });
});
