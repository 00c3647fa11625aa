import {describe, expect, test} from 'vitest';
import type {Change, Key, Row} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {netChanges} from './net-changes.ts';
import type {ReplayMode} from './replay-form.ts';

const column = (name: string, generated = false) => ({
  name,
  type: 'text',
  notNull: name === 'id',
  generated,
  identity: undefined,
  portableBinary: true,
});
const shop = (name: string): Table => ({
  name: {schema: 'shop', name},
  columns: [column('id'), column('small'), column('large'), column('words', true)],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
const TABLES = [shop('item'), shop('order')];
const [item, order] = TABLES.map((table) => table.name) as [Table['name'], Table['name']];

const full = (id: string, small: string, large = 'L'): Row => ({id, small, large});
const insert = (id: string, small: string): Change => ({kind: 'insert', table: item, key: [id], row: full(id, small)});
const update = (id: string, small: string): Change => ({kind: 'update', table: item, key: [id], row: full(id, small, 'M')});
/** Without the large value, which did not change. */
const touch = (id: string, small: string): Change => ({kind: 'update', table: item, key: [id], row: {id, small}});
const move = (oldId: string, id: string): Change => ({kind: 'update', table: item, key: [id], oldKey: [oldId], row: {id, small: 's'}});
const moveInFull = (oldId: string, id: string): Change => ({kind: 'update', table: item, key: [id], oldKey: [oldId], row: full(id, 's')});
const remove = (id: string): Change => ({kind: 'delete', table: item, key: [id]});
const truncate: Change = {kind: 'truncate', tables: [item, order]};

const fold = (mode: ReplayMode, ...changes: readonly Change[]) => {
  const net = netChanges(() => mode, TABLES);
  for (const change of changes) net.add(change);
  const {tables, rereads} = net.take();
  return {tables, rereads};
};
/** The steps of the item table, for reading. */
const steps = (mode: ReplayMode, ...changes: readonly Change[]) => fold(mode, ...changes).tables.flatMap((batch) => batch.steps);
const rows = (...operations: readonly unknown[]) => ({kind: 'rows', operations});
const key = (id: string): Key => [id];

describe('strict: the net effect of a key', () => {
  const cases: readonly (readonly [string, readonly Change[], readonly unknown[]])[] = [
    ['insert', [insert('1', 'a')], [{form: 'insert', key: key('1'), row: full('1', 'a')}]],
    ['insert, then update', [insert('1', 'a'), touch('1', 'b')], [{form: 'insert', key: key('1'), row: full('1', 'b')}]],
    ['update twice', [update('1', 'a'), touch('1', 'b')], [{form: 'update', key: key('1'), row: full('1', 'b', 'M'), exact: true}]],
    ['update without its large value', [touch('1', 'b')], [{form: 'update', key: key('1'), row: {id: '1', small: 'b'}, exact: true}]],
    ['update, then delete', [touch('1', 'b'), remove('1')], [{form: 'delete', key: key('1'), exact: true}]],
    ['delete, then insert', [remove('1'), insert('1', 'c')], [{form: 'update', key: key('1'), row: full('1', 'c'), exact: true}]],
    [
      'key change, in full',
      [moveInFull('1', '2')],
      [
        {form: 'delete', key: key('1'), exact: true},
        {form: 'insert', key: key('2'), row: full('2', 's')},
      ],
    ],
    ['key change of a row inserted before', [insert('1', 'a'), move('1', '2')], [{form: 'insert', key: key('2'), row: full('2', 's')}]],
    ['key change without its large value', [move('1', '2')], [{form: 'move', oldKey: key('1'), key: key('2'), row: {id: '2', small: 's'}}]],
  ];
  for (const [name, changes, operations] of cases) {
    test(name, () => expect(steps('strict', ...changes)).toEqual([rows(...operations)]));
  }

  test('insert, then delete: nothing at all', () => {
    expect(fold('strict', insert('1', 'a'), remove('1'))).toEqual({tables: [], rereads: []});
  });

  test('a move stands apart from other changes of its keys', () => {
    const moved = {form: 'move', oldKey: key('1'), key: key('2'), row: {id: '2', small: 's'}};
    expect(steps('strict', touch('1', 'a'), remove('2'), move('1', '2'), touch('2', 'b'))).toEqual([
      rows({form: 'update', key: key('1'), row: {id: '1', small: 'a'}, exact: true}, {form: 'delete', key: key('2'), exact: true}),
      rows(moved),
      rows({form: 'update', key: key('2'), row: {id: '2', small: 'b'}, exact: true}),
    ]);
  });

  test('moves of other keys share a step, a chain of moves does not', () => {
    expect(steps('strict', move('1', '2'), move('3', '4'))).toHaveLength(1);
    expect(steps('strict', move('1', '2'), move('2', '3'))).toHaveLength(2);
  });

  test('a contradiction is left for the target to report', () => {
    expect(steps('strict', insert('1', 'a'), insert('1', 'b'))).toHaveLength(2);
    expect(steps('strict', remove('1'), touch('1', 'b'))).toHaveLength(2);
  });
});

describe('window: the net effect of a key', () => {
  test('a full image is upserted, with what follows merged into it', () => {
    expect(steps('window', insert('1', 'a'), touch('1', 'b'))).toEqual([rows({form: 'upsert', key: key('1'), row: full('1', 'b')})]);
  });
  test('an update without its large value may meet no row', () => {
    expect(steps('window', touch('1', 'a'), touch('1', 'b'))).toEqual([
      rows({form: 'update', key: key('1'), row: {id: '1', small: 'b'}, exact: false}),
    ]);
  });
  test('a key change without its large value clears both keys and reads the new one again', () => {
    expect(fold('window', move('1', '2'), touch('2', 'b'))).toEqual({
      tables: [{table: item, steps: [rows({form: 'delete', key: key('1'), exact: false}, {form: 'delete', key: key('2'), exact: false})]}],
      rereads: [{table: item, key: key('2')}],
    });
  });
  test('unless the batch has seen the row in full', () => {
    expect(fold('window', insert('1', 'a'), move('1', '2'))).toEqual({
      tables: [
        {table: item, steps: [rows({form: 'delete', key: key('1'), exact: false}, {form: 'upsert', key: key('2'), row: full('2', 's')})]},
      ],
      rereads: [],
    });
  });
  test('a key whose row is known again, or gone, need not be read again', () => {
    expect(fold('window', move('1', '2'), update('2', 'b')).rereads).toEqual([]);
    expect(fold('window', move('1', '2'), remove('2')).rereads).toEqual([]);
  });
  test('an update of a row that the batch has deleted is read again', () => {
    expect(fold('window', remove('1'), touch('1', 'b')).rereads).toEqual([{table: item, key: key('1')}]);
  });
  test('a truncate closes the step and voids what was to be read again', () => {
    expect(fold('window', move('1', '2'), truncate, insert('3', 'c'))).toEqual({
      tables: [
        {
          table: item,
          steps: [
            rows({form: 'delete', key: key('1'), exact: false}, {form: 'delete', key: key('2'), exact: false}),
            {kind: 'truncate'},
            rows({form: 'upsert', key: key('3'), row: full('3', 'c')}),
          ],
        },
        {table: order, steps: [{kind: 'truncate'}]},
      ],
      rereads: [],
    });
  });
});

describe('a batch', () => {
  test('asks each table for its mode once, and again after a take', () => {
    const asked: string[] = [];
    const net = netChanges(({name}) => (asked.push(name), 'window'), TABLES);
    for (const change of [insert('1', 'a'), insert('2', 'a')]) net.add(change);
    net.take();
    net.add(insert('3', 'a'));
    expect(asked).toEqual(['item', 'item']);
  });

  test('counts the rows it holds', () => {
    const net = netChanges(() => 'strict', TABLES);
    for (const change of [insert('1', 'a'), touch('1', 'b'), insert('2', 'a'), truncate, insert('1', 'c')]) net.add(change);
    expect(net.size).toBe(3);
    net.take();
    expect(net.size).toBe(0);
    expect(net.take()).toEqual({tables: [], rereads: [], changed: []});
  });

  test.each<ReplayMode>(['window', 'strict'])('names every key that it changes, both when a key changes (%s)', (mode) => {
    const net = netChanges(() => mode, TABLES);
    for (const change of [insert('1', 'a'), touch('2', 'b'), move('3', '4'), moveInFull('5', '6'), remove('7'), touch('4', 'b')])
      net.add(change);
    const {changed} = net.take();
    expect(changed.map(({table}) => table)).toEqual([item]);
    expect(new Set(changed.flatMap(({keyTexts}) => keyTexts))).toEqual(new Set(['1', '2', '3', '4', '5', '6', '7'].map((id) => `1:${id}`)));
  });

  test('keeps keys apart that look alike when joined', () => {
    const pair = (a: string | null, b: string): Change => ({kind: 'delete', table: item, key: [a, b]});
    const [step] = steps('window', pair('1', '2'), pair('1,2', ''), pair(null, ''), pair('', ''));
    expect(step).toMatchObject({operations: [{}, {}, {}, {}]});
  });

  test('takes no inherited name for a column', () => {
    const odd = {...shop('odd'), columns: [column('id'), column('constructor')]};
    const net = netChanges(() => 'window', [odd]);
    net.add({kind: 'update', table: odd.name, key: ['1'], row: {id: '1'}});
    expect(net.take().tables[0]?.steps).toEqual([rows({form: 'update', key: ['1'], row: {id: '1'}, exact: false})]);
  });

  test('refuses an insert that lacks a column, and a table that is not mapped', () => {
    const net = netChanges(() => 'window', TABLES);
    expect(() => net.add({kind: 'insert', table: item, key: ['1'], row: {id: '1', small: 'a'}})).toThrow('came without large');
    expect(() => net.add({...remove('1'), table: {schema: 'shop', name: 'other'}} as Change)).toThrow('shop.other');
  });
});
