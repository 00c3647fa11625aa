import {expect, test} from 'vitest';
import {made} from '../../test/support/mapped-orders.ts';
import type {SequenceState} from '../engine/engine.ts';
import {mappedSequences} from './mapped-sequences.ts';

const state = (table: string, column: string): SequenceState => ({
  name: {schema: 'shop', name: 'orders_id_seq'},
  owner: {table: {schema: 'shop', name: table}, column},
  last: '1',
  isCalled: true,
  increment: '1',
  cache: '1',
  min: '1',
  max: '9',
});
const {owner: _, ...FREE} = state('orders', 'id');
const where = [{column: 'tenant', kind: 'in', values: ['7']}] as const;

test('a sequence follows its column to where the mapping takes it', () => {
  const [found] = mappedSequences([state('orders', 'id')], [made().forward()]);
  expect(found).toMatchObject({owner: {table: {schema: 'shop', name: 'purchases'}, column: 'number'}});
  expect(found).not.toHaveProperty('shared');
});

test('where rows stay behind it is shared, and so is one that no column owns', () => {
  const mapping = made({rule: {where}});
  for (const one of [state('orders', 'id'), FREE]) {
    expect(mappedSequences([one], [mapping.forward()])[0]).toHaveProperty('shared', 'leaves-room');
  }
  for (const one of [state('purchases', 'number'), FREE]) {
    expect(mappedSequences([one], [mapping.reverse()])[0]).toHaveProperty('shared', 'never-back');
  }
  expect(mappedSequences([state('others', 'id')], [mapping.forward()])[0], 'of a table that is not moved').not.toHaveProperty('shared');
});
