import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Key, keyText} from '../model/change.ts';
import {ChangedKeys} from './changed-keys.ts';

const item = {schema: 'shop', name: 'item'};
const order = {schema: 'shop', name: 'order'};

/** All rows of both tables have been compared; `at` is the time. */
const compared = (keysMax = 100) => {
  const time = {at: 0};
  const keys = new ChangedKeys([item, order], () => time.at, keysMax);
  keys.passed(keys.begin([item, order]), [item, order]);
  return {keys, time};
};
const taken = (keys: ChangedKeys, max = Infinity) => {
  const rows = keys.take(max);
  return {rows, keys: rows.flatMap(({table, keys: some}) => some.map(({key}) => [table.name, ...key]))};
};

describe('before anything was compared', () => {
  it('all of every table counts as changed, and no key is held', () => {
    const keys = new ChangedKeys([item, order], () => 0);
    keys.add(item, ['1']);
    expect([keys.whole, keys.size, keys.oldestSinceMs]).toEqual([[item, order], 0, undefined]);
  });

  it('what changes while all rows are compared waits when that is over', () => {
    const keys = new ChangedKeys([item, order], () => 0);
    keys.add(item, ['early']);
    const turn = keys.begin([item, order]);
    keys.add(item, ['1']);
    keys.passed(turn, [item, order]);
    expect(keys.whole).toEqual([]);
    expect(taken(keys).keys).toEqual([['item', '1']]);
  });

  it('a table that is emptied meanwhile has to be compared again', () => {
    const keys = new ChangedKeys([item, order], () => 0);
    const turn = keys.begin([item, order]);
    keys.truncate(item);
    keys.passed(turn, [item, order]);
    expect(keys.whole).toEqual([item]);
    keys.passed(keys.begin([item]), [item]);
    expect(keys.whole).toEqual([]);
  });
});

describe('after a comparison', () => {
  it('a row waits since its first change, however often it changes', () => {
    const {keys, time} = compared();
    keys.add(item, ['1']);
    time.at = 50;
    keys.add({...item}, ['1']);
    keys.add(order, ['1']);
    expect([keys.size, keys.oldestSinceMs]).toEqual([2, 0]);
    expect(taken(keys, 1).keys).toEqual([['item', '1']]);
  });

  it('what is being compared still counts, and what changes meanwhile waits anew', () => {
    const {keys, time} = compared();
    keys.add(item, ['1']);
    time.at = 50;
    const {rows} = taken(keys);
    expect([keys.size, keys.oldestSinceMs]).toEqual([1, 0]);
    keys.add(item, ['1']);
    keys.settle(rows, []);
    expect([keys.size, keys.oldestSinceMs]).toEqual([1, 50]);
  });

  it('what could not be settled keeps its place', () => {
    const {keys, time} = compared();
    for (const key of ['1', '2', '3']) keys.add(item, [key]);
    time.at = 50;
    const {rows} = taken(keys);
    keys.add(item, ['2']);
    keys.add(item, ['4']);
    keys.settle(rows, [{table: item, keys: [['2']]}]);
    expect(keys.oldestSinceMs).toBe(0);
    expect(taken(keys).keys).toEqual([
      ['item', '2'],
      ['item', '4'],
    ]);
  });

  it('the table with the most keys gives them up when too many wait', () => {
    const {keys} = compared(5);
    for (const key of ['1', '2', '3', '4']) keys.add(item, [key]);
    keys.add(order, ['1']);
    keys.add(order, ['2']);
    expect([keys.whole, keys.size]).toEqual([[item], 2]);
    keys.add(item, ['5']);
    expect(keys.size).toBe(2);
  });

  it('keys that come back to a table which was emptied meanwhile are gone with it', () => {
    const {keys} = compared();
    keys.add(item, ['1']);
    const {rows} = taken(keys);
    keys.truncate(item);
    keys.settle(rows, [{table: item, keys: [['1']]}]);
    expect([keys.whole, keys.size]).toEqual([[item], 0]);
  });

  it('a key is never forgotten: it waits, is being compared, was settled, or all of its table waits', () => {
    const act = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({act: fc.constant('add' as const), table: fc.constantFrom(item, order), key: fc.nat(8).map(String)}),
      },
      {weight: 1, arbitrary: fc.record({act: fc.constant('truncate' as const), table: fc.constantFrom(item, order)})},
      {weight: 3, arbitrary: fc.record({act: fc.constant('take' as const), max: fc.nat(6), open: fc.array(fc.nat(8).map(String))})},
    );
    fc.assert(
      fc.property(fc.array(act, {maxLength: 60}), (acts) => {
        const {keys} = compared(6);
        const waiting = new Map<string, {readonly table: string; readonly key: Key}>();
        for (const one of acts) {
          if (one.act === 'add') {
            keys.add(one.table, [one.key]);
            waiting.set(`${one.table.name} ${one.key}`, {table: one.table.name, key: [one.key]});
          } else if (one.act === 'truncate') keys.truncate(one.table);
          else {
            const rows = keys.take(one.max);
            const open = rows.map(({table, keys: some}) => ({
              table,
              keys: some.map(({key}) => key).filter(([key]) => one.open.includes(key ?? '')),
            }));
            keys.settle(rows, open);
            for (const {table, keys: some} of rows)
              for (const {key} of some) if (!one.open.includes(key[0] ?? '')) waiting.delete(`${table.name} ${key[0]}`);
          }
        }
        const whole = keys.whole.map(({name}) => name);
        const left = new Set(keys.take(Infinity).flatMap(({table, keys: some}) => some.map(({key}) => `${table.name} ${keyText(key)}`)));
        for (const {table, key} of waiting.values()) expect(whole.includes(table) || left.has(`${table} ${keyText(key)}`)).toBe(true);
      }),
      {numRuns: 500},
    );
  });
});

it('tells whether a row waits, also while it is being compared', () => {
  const {keys} = compared();
  keys.add(item, ['1']);
  keys.add(order, ['2']);
  const has = () => [keys.has(item, ['1']), keys.has(order, ['1']), keys.has(item, ['2']), keys.has(order, ['2'])];
  expect(has()).toEqual([true, false, false, true]);
  const {rows} = taken(keys);
  expect(has(), 'being compared').toEqual([true, false, false, true]);
  keys.settle(rows, [{table: order, keys: [['2']]}]);
  expect(has()).toEqual([false, false, false, true]);
});
