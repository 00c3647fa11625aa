import {expect, test} from 'vitest';
import {readServers, viewOf} from './haproxy-servers.ts';

const NAMES = {source: ['a1', 'a2'], target: ['b'], hold: ['hold']};
const view = (states: Readonly<Record<string, string>>): ReturnType<typeof viewOf> =>
  viewOf(readServers(`# pxname,svname,scur,status,last_chk\n${rows(states)}\n\n`), NAMES);
const rows = (states: Readonly<Record<string, string>>): string =>
  Object.entries(states)
    .map(([name, status]) => `shop,${name},3,${status},"L4OK, in 1ms"`)
    .join('\n');

test('of a server its state and its connections are read', () => {
  expect(readServers('# pxname,svname,scur,status\nshop,a1,7,MAINT (resolution)\nshop,a2,0,DOWN 1/2\n')).toEqual([
    {name: 'a1', state: 'maint', isDown: false, sessions: 7},
    {name: 'a2', state: 'ready', isDown: true, sessions: 0},
  ]);
});

test.each([
  ['all of a side, whatever its health checks say', {a1: 'UP', a2: 'DOWN', b: 'MAINT', hold: 'MAINT'}, {side: 'source', held: false}],
  ['the other side', {a1: 'MAINT', a2: 'MAINT (via x/y)', b: 'no check', hold: 'MAINT'}, {side: 'target', held: false}],
  ['a hold', {a1: 'DRAIN', a2: 'DRAIN', b: 'MAINT', hold: 'no check'}, {side: 'source', held: true}],
  ['a hold that only begins', {a1: 'UP', a2: 'DRAIN', b: 'MAINT', hold: 'no check'}, {side: 'source', held: true}],
  ['both sides', {a1: 'UP', a2: 'UP', b: 'UP', hold: 'MAINT'}, {side: 'neither', held: false}],
  ['half of a side', {a1: 'UP', a2: 'MAINT', b: 'MAINT', hold: 'MAINT'}, {side: 'neither', held: false}],
  ['nothing, while held', {a1: 'MAINT', a2: 'MAINT', b: 'MAINT', hold: 'no check'}, {side: 'neither', held: true}],
  ['a side that drains without a hold', {a1: 'DRAIN', a2: 'DRAIN', b: 'MAINT', hold: 'MAINT'}, {side: 'neither', held: false}],
  ['a server for holding that is checked, and down', {a1: 'UP', a2: 'UP', b: 'MAINT', hold: 'DOWN'}, {side: 'source', held: false}],
])('open: %s', (_what, states, expected) => {
  expect(view(states)).toEqual(expected);
});
