import {expect, it} from 'vitest';
import type {ReplayedChange} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';
import {rewindOf} from './rewind.ts';

const table: Table = {
  name: {schema: 'shop', name: 'orders'},
  columns: [],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};
const insert = (id: string): ReplayedChange => ({kind: 'insert', table, row: {id, note: 'x'}});
const change = (id: string, row: Readonly<Record<string, string>>): ReplayedChange => ({kind: 'update', table, key: [id], row});
const remove = (id: string): ReplayedChange => ({kind: 'delete', table, key: [id]});

it.each<[string, readonly ReplayedChange[], readonly ReplayedChange[]]>([
  ['takes inserted rows away, the newest first', [insert('1'), change('1', {note: 'y'}), insert('2')], [remove('2'), remove('1')]],
  ['follows a row that was moved', [insert('1'), change('1', {id: '9'})], [remove('9')]],
  ['moves a key back', [change('1', {id: '2'}), change('2', {id: '3'})], [change('3', {id: '1'})]],
  ['leaves alone what is as it was', [change('1', {note: 'y'}), insert('2'), remove('2')], []],
  ['leaves what was deleted away', [remove('1')], []],
  ['lets a row stay that was deleted and came again', [remove('1'), insert('1')], []],
])('%s', (_what, changes, back) => expect(rewindOf(changes)).toEqual(back));
