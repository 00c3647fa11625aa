import {expect, test} from 'vitest';
import {column, COLUMNS, RULE, SOURCE, TARGET} from '../../test/support/mapped-orders.ts';
import type {TableRule} from '../model/mapping-rules.ts';
import type {Reshape} from '../model/reshape.ts';
import type {Table} from '../model/table.ts';
import {migrationMapping} from './migration-mapping.ts';
import {reshapedTable} from './table-reshape.ts';

const reshapes = (rule: Partial<TableRule>, source: Table = SOURCE): readonly Reshape[] =>
  migrationMapping({tables: [{...RULE, ...rule}], allowLoss: true}, () => (value) => value).reshapes([source]);

test('columns that keep their values, those that go, and those that come in their place', () => {
  const [found] = reshapes({
    columns: [...COLUMNS, {kind: 'drop', column: 'tenant'}, {kind: 'constant', to: 'region', value: '7', type: 'integer'}],
  });
  expect(found?.to).toEqual(TARGET.name);
  expect(found?.columns).toEqual([
    {kind: 'kept', from: 'id', to: 'number', type: 'bigint'},
    {kind: 'replaced', from: ['tenant'], to: []},
    {
      kind: 'replaced',
      from: ['name'],
      to: [
        {name: 'first', type: 'text', notNull: false, defaultValue: undefined},
        {name: 'last', type: 'text', notNull: false, defaultValue: undefined},
      ],
    },
    {kind: 'replaced', from: ['a', 'b'], to: [{name: 'both', type: 'text', notNull: false, defaultValue: undefined}]},
    {kind: 'replaced', from: [], to: [{name: 'region', type: 'integer', notNull: true, defaultValue: '7'}]},
  ]);
});

test('the first part of a value that is always there is always there', () => {
  const source = {...SOURCE, columns: SOURCE.columns.map((one) => (one.name === 'name' ? column('name', 'text', {notNull: true}) : one))};
  const [found] = reshapes({}, source);
  const made = found?.columns.flatMap((one) => (one.kind === 'replaced' ? one.to : [])) ?? [];
  expect(made.map(({name, notNull}) => [name, notNull])).toEqual([
    ['first', true],
    ['last', false],
    ['both', false],
  ]);
});

test('a table of which only some rows are moved keeps its shape, and so does one that is declared as it is', () => {
  const where = [{column: 'tenant', kind: 'in', values: ['7']}] as const;
  expect(reshapes({to: SOURCE.name, where, columns: []})).toEqual([]);
  expect(reshapes({to: SOURCE.name, columns: [{kind: 'rename', column: 'id', to: 'id', type: 'integer'}]})).toEqual([]);
});

test('what is expected of the target before it is there', () => {
  const [found] = reshapes({});
  if (!found) throw new Error('no reshape');
  expect(reshapedTable(SOURCE, found)).toMatchObject({name: TARGET.name, key: ['number']});
  expect(reshapedTable(SOURCE, found).columns.map(({name, type}) => `${name} ${type}`)).toEqual([
    'number bigint',
    'tenant integer',
    'first text',
    'last text',
    'both text',
  ]);
});
