import {expect, test} from 'vitest';
import {SHIPPED} from './vocabulary.ts';
import {memberList} from './member-list.ts';

const parse = (gate: unknown) => memberList('gate', SHIPPED.gates).safeParse([gate]);

test('durations become milliseconds, and everything else stays as it was written', () => {
  expect(parse({sql: {query: 'SELECT 1', every: '1m'}}).data).toEqual([{name: 'sql', settings: {query: 'SELECT 1', every: 60_000}}]);
  expect(parse('reverse-ready').data).toEqual([{name: 'reverse-ready', settings: {}}]);
  expect(parse({'row-count': null}).data).toEqual([{name: 'row-count', settings: {}}]);
});

test.each([
  ['a gate without what it needs', 'maintenance-window', 'needs settings, which crossfade explain tells'],
  ['the same, with nothing after the colon', {sql: null}, 'expected object'],
  [
    'a window nowhere on earth',
    {'maintenance-window': {from: '02:00', to: '04:00', zone: 'Mars/Base'}},
    'must be a time zone such as Europe/Berlin',
  ],
  ['a window without length', {'maintenance-window': {from: '02:00', to: '02:00', zone: 'UTC'}}, 'from and to must differ'],
  ['a time of no clock', {'maintenance-window': {from: '2am', to: '04:00', zone: 'UTC'}}, 'must be a time such as 02:30'],
  ['an error rate without its query', {'error-rate': {prometheus: 'env:P', max: 0.01}}, 'needs prometheus and query, or url'],
  [
    'two sources of an error rate',
    {'error-rate': {prometheus: 'env:P', query: 'up', url: 'env:U', max: 0.01}},
    'needs prometheus and query, or url',
  ],
  ['an address as it is', {webhook: {url: 'https://hooks.example/T0K3N'}}, 'must be a reference'],
  ['an answer expected of both sides', {sql: {query: 'SELECT 1', on: 'both', expect: '1'}}, 'expect does not go with on: both'],
  ['all tables of a backup', {'backup-verified': {run: './restore', tables: ['shop.*']}}, 'must name one table'],
  [
    'a password in a program',
    {'backup-verified': {run: ['./restore', 'postgres://a:b@c/d'], tables: ['shop.orders']}},
    'a URL with a password must not stand in a plan',
  ],
])('%s is refused', (_, gate, says) => {
  expect(JSON.stringify(parse(gate).error?.issues)).toContain(says);
});
