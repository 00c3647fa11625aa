import {expect, test} from 'vitest';
import type {ColumnRule} from '../model/column-disguise.ts';
import type {Column, Table} from '../model/table.ts';
import {chooseDisguises} from './choose-disguises.ts';

const column = (name: string, type: string, notNull = true): Column => ({
  name,
  type,
  notNull,
  generated: false,
  identity: undefined,
  portableBinary: true,
});
const table = (name: string, key: readonly string[], ...columns: readonly Column[]): Table => ({
  name: {schema: 'shop', name},
  columns,
  key,
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

const people = table('people', ['login'], column('login', 'character varying(20)'), column('born', 'date', false));
const orders = table('orders', ['id'], column('id', 'bigint'), column('buyer', 'text', false), column('place', 'point'));
const notes = table('notes', ['id'], column('id', 'bigint'), column('written_by_status', 'text'));
const ties = {
  references: [
    {table: orders.name, columns: ['buyer'], to: people.name, toColumns: ['login']},
    {table: notes.name, columns: ['written_by_status'], to: orders.name, toColumns: ['buyer']},
  ],
  unique: [{table: people.name, columns: ['born']}],
};
const choose = (...rules: readonly (readonly [string, string, ColumnRule['disguise']])[]) =>
  chooseDisguises(
    [people, orders, notes],
    ties,
    rules.map(([name, of, disguise]) => ({table: `shop.${name}`, column: of, disguise})),
  );
const PLACE = ['orders', 'place', {kind: 'constant', value: '(0,0)'}] as const;
const BORN = ['people', 'born', {kind: 'null'}] as const;

test('what refers to a column becomes what that becomes, in type and length too', () => {
  const {tables, faults} = choose(PLACE, BORN);
  expect(faults).toEqual([]);
  const chosen = tables.map(({columns}) => [...columns.values()]).flat();
  const those = chosen.filter(({column: name}) => ['login', 'buyer', 'written_by_status'].includes(name));
  expect(those.map(({disguise, type, lengthMax, by}) => ({kind: disguise.kind, type, lengthMax, by}))).toEqual([
    {kind: 'fake', type: 'character varying(20)', lengthMax: 20, by: 'name and type'},
    {kind: 'fake', type: 'character varying(20)', lengthMax: 20, by: 'reference'},
    {kind: 'fake', type: 'character varying(20)', lengthMax: 20, by: 'reference'},
  ]);
});

test('the plan rules the column that is referred to, and with it the others', () => {
  const {tables} = choose(PLACE, BORN, ['people', 'login', {kind: 'hash'}]);
  expect(tables[1]?.columns.get('buyer')?.disguise).toEqual({kind: 'hash'});
});

test.each([
  ['a column that is not there', [['people', 'nobody', {kind: 'keep'}]], 'shop.people.nobody is no column in scope'],
  ['a key that would lose its joins', [['people', 'login', {kind: 'shuffle'}]], 'shop.people.login is a key, is unique, or refers to one'],
  ['unique values that would meet', [['people', 'born', {kind: 'range', step: 'year'}]], 'shop.people.born is a key, is unique'],
  [
    'a constant for a reference',
    [['orders', 'buyer', {kind: 'constant', value: 'x'}]],
    'shop.orders.buyer is a key, is unique, or refers to one',
  ],
  ['no value where there has to be one', [['orders', 'id', {kind: 'null'}]], 'shop.orders.id cannot be null'],
  ['a reference that would become something else', [['orders', 'buyer', {kind: 'keep'}]], 'shop.orders.buyer has to become what'],
] as const)('refuses %s', (_, rules, fault) => {
  expect(choose(...(rules as unknown as readonly (readonly [string, string, ColumnRule['disguise']])[])).faults.join('\n')).toContain(
    fault,
  );
});

test('asks for what only the plan can say', () => {
  expect(choose(BORN).faults).toEqual([expect.stringContaining('shop.orders.place is of a type of which nothing is known (point)')]);
});
