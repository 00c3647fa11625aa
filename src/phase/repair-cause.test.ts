import {expect, it} from 'vitest';
import type {Difference} from '../verify/verifier.ts';
import {causeOf, type StreamAccount} from './repair-cause.ts';

const orders = {schema: 'shop', name: 'orders'};
const KEPT: StreamAccount = {isKept: true, touched: () => false, whole: [], emptied: new Set()};
const cause = (account: Partial<StreamAccount>, kind: Difference['kind'] = 'different') =>
  causeOf({table: orders, key: ['1'], kind, columns: []}, {...KEPT, ...account}).cause;

it('what the stream has not touched since it was equal was written outside of the log', () => {
  expect(cause({})).toBe('not in the log');
  expect(cause({touched: (table, key) => table.name === 'orders' && key[0] === '2'})).toBe('not in the log');
  expect(cause({whole: [{...orders, name: 'parts'}]})).toBe('not in the log');
});

it('what may be our own fault has no known cause', () => {
  expect(cause({isKept: false}), 'nobody has seen both sides equal').toBe('unknown');
  expect(cause({touched: () => true})).toBe('unknown');
  expect(cause({whole: [orders]})).toBe('unknown');
});

it('rows that are left of a partition that was emptied by itself are none of the log, the table’s other rows are unknown', () => {
  const emptied = {whole: [orders], emptied: new Set(['shop.orders'])};
  expect(cause(emptied, 'extra')).toBe('not in the log');
  expect(cause(emptied, 'missing')).toBe('unknown');
  expect(cause({...emptied, emptied: new Set(['shop.parts'])}, 'extra')).toBe('unknown');
});
