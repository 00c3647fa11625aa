import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {COLUMNS, made, MAPPED, ROW, SOURCE, TARGET, update} from '../../test/support/mapped-orders.ts';
import type {Row, Value} from '../model/change.ts';
import type {ColumnRule} from '../model/mapping-rules.ts';
import type {RowChange} from './mapping.ts';
import {migrationMapping} from './migration-mapping.ts';

describe('a row', () => {
  test('goes there and comes back', () => {
    const {forward, reverse} = made();
    expect(forward().row(ROW)).toEqual(MAPPED);
    expect(reverse().row(MAPPED)).toEqual(ROW);
  });

  test('of any texts comes back as it was, or is refused', () => {
    const {forward, reverse} = made();
    const text = fc.option(fc.string({unit: fc.constantFrom('a', ' ', '|', '')}), {nil: null});
    let carried = 0;
    fc.assert(
      fc.property(text, text, text, (name, a, b) => {
        const row = {id: '1', tenant: null, name, a, b};
        let there: Row;
        try {
          there = forward().row(row);
        } catch (error) {
          expect(error).toMatchObject({code: 'CF-MAP-003'});
          return;
        }
        carried++;
        expect(reverse().row(there)).toEqual(row);
      }),
    );
    expect(carried).toBeGreaterThan(10);
  });

  test('whose parts could not be told apart again is refused, unless loss is allowed', () => {
    const row = {...ROW, a: 'x|y', b: 'z'};
    expect(() => made().forward().row(row)).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
    expect(made({allowLoss: true}).forward().row(row)).toMatchObject({both: 'x|y|z'});
  });
});

describe('an event', () => {
  test('of an unmapped table passes as it is', () => {
    const [same] = migrationMapping({tables: [], allowLoss: false}, () => (value) => value).tables([SOURCE], [SOURCE], 'forward');
    const change = update(ROW);
    expect(same?.change(change)).toBe(change);
    expect(same).toMatchObject({isPlain: true, isLenient: false});
  });

  test('without a large value leaves alone what is made of it', () => {
    const {name: _, ...row} = ROW;
    expect(made().forward().change(update(row))).toMatchObject({
      kind: 'update',
      table: TARGET.name,
      row: {number: '1', tenant: '7', both: 'x|y'},
    });
  });

  test('with one of two values that become one has its row read again', () => {
    const {b: _, ...row} = ROW;
    expect(
      made()
        .forward()
        .change(update(row, ['0'])),
    ).toEqual({kind: 'reread', table: TARGET.name, key: ['1'], oldKey: ['0']});
    expect(made().forward().isLenient).toBe(true);
  });

  const where = [{column: 'tenant', kind: 'in', values: ['7']}] as const;
  test.each<[string, RowChange, RowChange | undefined]>([
    [
      'an insert inside',
      {kind: 'insert', table: SOURCE.name, key: ['1'], row: ROW},
      {kind: 'insert', table: TARGET.name, key: ['1'], row: MAPPED},
    ],
    ['an insert outside', {kind: 'insert', table: SOURCE.name, key: ['1'], row: {...ROW, tenant: '8'}}, undefined],
    ['an insert of NULL', {kind: 'insert', table: SOURCE.name, key: ['1'], row: {...ROW, tenant: null}}, undefined],
    ['an update that leaves', update({...ROW, tenant: '8'}), {kind: 'delete', table: TARGET.name, key: ['1']}],
    ['an update that leaves with another key', update({...ROW, tenant: '8'}, ['0']), {kind: 'delete', table: TARGET.name, key: ['0']}],
    ['an update that stays or enters', update(ROW), {kind: 'update', table: TARGET.name, key: ['1'], row: MAPPED}],
    ['a delete', {kind: 'delete', table: SOURCE.name, key: ['1']}, {kind: 'delete', table: TARGET.name, key: ['1']}],
  ])('through a filter: %s', (_, change, expected) => {
    expect(made({rule: {where}}).forward().change(change)).toEqual(expected);
  });

  test('whose filter column is absent has its row read again', () => {
    const {tenant: _, ...row} = ROW;
    expect(made({rule: {where}}).forward().change(update(row))).toMatchObject({kind: 'reread', key: ['1']});
  });

  test('on the way back may not write a row that lies outside the filter', () => {
    const change: RowChange = {kind: 'insert', table: TARGET.name, key: ['1'], row: {...MAPPED, tenant: '8'}};
    expect(() => made({rule: {where}}).reverse().change(change)).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
  });
});

describe('a function of the plan', () => {
  const columns: readonly ColumnRule[] = [
    ...COLUMNS,
    {
      kind: 'transform',
      column: 'tenant',
      to: 'tenant',
      type: undefined,
      forward: {file: 'f.ts', name: 'there', digest: ''},
      inverse: {file: 'f.ts', name: 'back', digest: ''},
    },
  ];
  const through = (there: (value: Value) => unknown, back: (value: Value) => unknown = (value) => value) =>
    made({rule: {columns}, functions: ({name}) => (name === 'there' ? there : back) as (value: Value) => Value});

  test('is given each value, and its inverse the result', () => {
    const {forward, reverse} = through(
      (value) => `${value}0`,
      (value) => value?.slice(0, -1) ?? null,
    );
    expect(forward().row(ROW)).toMatchObject({tenant: '70'});
    expect(reverse().row({...MAPPED, tenant: '70'})).toMatchObject({tenant: '7'});
  });

  test.each<[string, (value: Value) => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('secret 7');
      },
    ],
    ['answers a number', () => 7],
    ['answers nothing', () => undefined],
    ['is not undone by its inverse', (value) => `${value}1`],
  ])('that %s stops the copy, without showing the value', (_, there) => {
    expect(() => through(there).forward().row(ROW)).toThrow(
      expect.objectContaining({code: 'CF-MAP-003', message: expect.not.stringContaining('secret')}),
    );
  });
});
