import {expect, test} from 'vitest';
import {textTable} from '../../test/support/text-table.ts';
import type {Rehearsing} from '../engine/engine.ts';
import {loadRows} from './load-rows.ts';
import type {LoadWay} from './load-side.ts';

const [people, orders] = [textTable('s', 'people', 'id', 'mail', 'note'), textTable('s', 'orders', 'id', 'buyer')];
const ties = {
  references: [{table: orders.name, columns: ['buyer'], to: people.name, toColumns: ['id']}],
  unique: [{table: people.name, columns: ['mail']}],
};
const some: Rehearsing['some'] = async ({columns}) =>
  ['1', '2'].map((id) => Object.fromEntries(columns.map(({name}) => [name, name === 'id' ? id : `${name} ${id}`])));
const rows = () => loadRows(some, [people, orders], ties);
/** Of the same engine. */
const asIs: LoadWay['asHeld'] = (_table, _column, value) => value;

test('columns that are tied to others are left alone, and only rows that nobody refers to are taken away', async () => {
  const wishes = (await rows()).map((row) => [row.table.name.name, row.wish(0), row.wish(1)]);
  expect(wishes).toEqual([
    ['people', {kind: 'update', column: 'note', value: 'note 2'}, {kind: 'update', column: 'note', value: 'note 2'}],
    ['people', {kind: 'update', column: 'note', value: 'note 1'}, {kind: 'update', column: 'note', value: 'note 1'}],
    ['orders', {kind: 'replace'}, {kind: 'replace'}],
    ['orders', {kind: 'replace'}, {kind: 'replace'}],
  ]);
});

test('a write that was acknowledged and is not there is a loss; one of which nobody knows is none', async () => {
  const [row] = await rows();
  row?.note('note', 'note 2', true);
  const found = (note: string) => row?.isAsNoted({id: '1', mail: 'mail 1', note}, asIs);
  expect([found('note 2'), found('note 1'), row?.isAsNoted(undefined, asIs)]).toEqual([true, false, false]);
  row?.note('note', 'note 1', false);
  expect([found('note 2'), found('note 1'), found('note 3')]).toEqual([true, true, false]);
  row?.note('note', 'note 1', true);
  expect([found('note 2'), found('note 1')]).toEqual([false, true]);
});

test('a row that was only taken away and put back has to be there too', async () => {
  const order = (await rows()).at(-1);
  expect(order?.isTouched).toBe(false);
  order?.wasReplaced();
  expect([order?.isTouched, order?.isAsNoted({id: '2', buyer: 'buyer 2'}, asIs), order?.isAsNoted(undefined, asIs)]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a column that the server writes when others are written is left alone', async () => {
  const [row] = await loadRows(some, [people], {...ties, rewritten: [{table: people.name, columns: ['note']}]});
  expect(row).toBeUndefined();
});

test('a column whose value somebody else rewrites says nothing, and one whose checks refuse is given up', async () => {
  const [row] = await rows();
  row?.note('note', 'note 2', true);
  row?.confirm('note', {id: '1', note: 'NOTE 2'}, asIs);
  expect([row?.isTouched, row?.wish(1)]).toEqual([false, undefined]);
  const [, other] = await rows();
  other?.refuse('note', 2);
  expect(other?.wish(1)).toBeDefined();
  other?.refuse('note', 2);
  expect(other?.wish(1)).toBeUndefined();
});
