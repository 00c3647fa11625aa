import {expect, test} from 'vitest';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import type {MysqlTable} from '../../model/mysql-schema.ts';
import type {Table} from '../../model/table.ts';
import {forwardMapping, reverseMapping} from '../table-mapping.ts';
import {columnConversion} from './column-conversion.ts';
import {convertedTable} from './converted-table.ts';

const SOURCE: MysqlTable = {
  name: {schema: 'shop', name: 'people'},
  comment: '',
  columns: [
    mysqlColumn('int(11)', {name: 'id'}),
    mysqlColumn('date', {name: 'born'}),
    mysqlColumn('tinyint(1)', {name: 'active'}),
    mysqlColumn('json', {name: 'settings'}),
    mysqlColumn('datetime(3)', {name: 'seen'}),
  ],
  indexes: [],
  foreignKeys: [],
  checks: [],
  partitioning: undefined,
};
const {columns} = convertedTable('mysql', SOURCE, {schema: 'shop', types: new Map([['people.active', 'boolean']])});
const table = (types: readonly string[]): Table => ({
  name: SOURCE.name,
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
  columns: SOURCE.columns.map(({name}, i) => ({
    name,
    type: types[i] ?? '',
    notNull: false,
    generated: false,
    identity: undefined,
    portableBinary: false,
  })),
});
const sides = [table(SOURCE.columns.map(({type}) => type)), table(columns.map(({type}) => type))] as const;
const converted = columns.map((one) => columnConversion(one, one.column.name, one.column.name));
const forward = (mustReturn: boolean) => forwardMapping(...sides, converted, mustReturn);
const reverse = reverseMapping(sides[1], sides[0], converted, true);

const ROW = {id: '1', born: '2000-02-29', active: '1', settings: '{"b":1, "a": 2}', seen: '2024-01-01 00:00:00.500'};
const MAPPED = {id: '1', born: '2000-02-29', active: 't', settings: '{"a": 2, "b": 1}', seen: '2024-01-01 00:00:00.5'};

test('a row of MySQL goes there and comes back; spaces and the order of keys are no values', () => {
  expect(forward(true).row(ROW)).toEqual(MAPPED);
  expect(reverse.row(MAPPED)).toEqual({...ROW, settings: MAPPED.settings});
  expect(forward(true).row({...ROW, born: null})).toEqual({...MAPPED, born: null});
});

test.each([
  ['a zero date (H-39)', {born: '0000-00-00'}, {born: null}],
  ['a boolean that is none (H-44)', {active: '2'}, {active: 't'}],
  ['a key that is there twice (H-46)', {settings: '{"a": 1, "a": 2}'}, {settings: '{"a": 2}'}],
])('%s is refused when it is met, unless the plan allows loss', (_, value, becomes) => {
  expect(() => forward(true).row({...ROW, ...value})).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
  expect(forward(false).row({...ROW, ...value})).toEqual({...MAPPED, ...becomes});
});

test('what only the target can hold ends the way back', () => {
  expect(() => reverse.row({...MAPPED, born: 'infinity'})).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
  expect(() => reverse.row({...MAPPED, seen: '2024-01-01 00:00:00.0005'})).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
});

test('a key needs values that have one text each', () => {
  expect(converted.map(({source, asKey}) => [...source, asKey])).toEqual([
    ['id', 'same'],
    ['born', 'same'],
    ['active', 'converted'],
    ['settings', undefined],
    ['seen', 'converted'],
  ]);
});
