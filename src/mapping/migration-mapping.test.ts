import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Row, Value} from '../model/change.ts';
import type {ColumnRule, TableRule} from '../model/mapping-rules.ts';
import type {Column, Table} from '../model/table.ts';
import type {Functions} from './column-mappings.ts';
import type {RowChange, TableMapping} from './mapping.ts';
import {migrationMapping} from './migration-mapping.ts';

const column = (name: string, type = 'text', more: Partial<Column> = {}): Column => ({
  name,
  type,
  notNull: false,
  generated: false,
  identity: undefined,
  portableBinary: true,
  ...more,
});
const table = (name: string, columns: readonly Column[], key = ['id']): Table => ({
  name: {schema: 'shop', name},
  columns,
  key,
  partitions: [],
  estimatedRows: 1,
  estimatedBytes: 1,
});
const noFunctions: Functions = () => (value) => value;

const SOURCE = table('orders', [column('id', 'integer', {notNull: true}), column('tenant', 'integer'), column('name'), column('a'), column('b')]);
const TARGET = table(
  'purchases',
  [column('number', 'bigint', {notNull: true}), column('tenant', 'integer'), column('first'), column('last'), column('both')],
  ['number'],
);
const COLUMNS: readonly ColumnRule[] = [
  {kind: 'rename', column: 'id', to: 'number', type: 'bigint'},
  {kind: 'split', column: 'name', into: ['first', 'last'], at: ' '},
  {kind: 'merge', to: 'both', from: ['a', 'b'], separator: '|'},
];
const RULE: TableRule = {from: SOURCE.name, to: TARGET.name, where: undefined, columns: COLUMNS};

type Options = {readonly rule?: Partial<TableRule>; readonly source?: Table; readonly target?: Table; readonly allowLoss?: boolean; readonly functions?: Functions};
const made = ({rule, source = SOURCE, target = TARGET, allowLoss = false, functions = noFunctions}: Options = {}) => {
  const mapping = migrationMapping({tables: [{...RULE, ...rule}], allowLoss}, functions);
  const sources = mapping.sourceTables([source]);
  const one = (direction: 'forward' | 'reverse'): TableMapping => {
    const [found] = mapping.tables(sources, [target], direction);
    if (!found) throw new Error('no mapping');
    return found;
  };
  return {findings: () => mapping.findings(sources, [target]), forward: () => one('forward'), reverse: () => one('reverse')};
};

const update = (row: Row, oldKey?: readonly string[]): RowChange => ({kind: 'update', table: SOURCE.name, key: [row['id'] ?? ''], row, ...(oldKey ? {oldKey} : {})});
const ROW: Row = {id: '1', tenant: '7', name: 'Ada Lovelace', a: 'x', b: 'y'};
const MAPPED: Row = {number: '1', tenant: '7', first: 'Ada', last: 'Lovelace', both: 'x|y'};

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
    const [same] = migrationMapping({tables: [], allowLoss: false}, noFunctions).tables([SOURCE], [SOURCE], 'forward');
    const change = update(ROW);
    expect(same?.change(change)).toBe(change);
    expect(same).toMatchObject({isPlain: true, isLenient: false});
  });

  test('without a large value leaves alone what is made of it', () => {
    const {name: _, ...row} = ROW;
    expect(made().forward().change(update(row))).toMatchObject({kind: 'update', table: TARGET.name, row: {number: '1', tenant: '7', both: 'x|y'}});
  });

  test('with one of two values that become one has its row read again', () => {
    const {b: _, ...row} = ROW;
    expect(made().forward().change(update(row, ['0']))).toEqual({kind: 'reread', table: TARGET.name, key: ['1'], oldKey: ['0']});
    expect(made().forward().isLenient).toBe(true);
  });

  const where = [{column: 'tenant', kind: 'in', values: ['7']}] as const;
  test.each<[string, RowChange, RowChange | undefined]>([
    ['an insert inside', {kind: 'insert', table: SOURCE.name, key: ['1'], row: ROW}, {kind: 'insert', table: TARGET.name, key: ['1'], row: MAPPED}],
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

describe('what is said before go', () => {
  test('nothing is refused when every value can come back, and what ends the way back is named', () => {
    const findings = made({rule: {where: [{column: 'tenant', kind: 'in', values: ['7']}]}}).findings();
    expect(findings.map(({severity, code}) => `${severity} ${code}`)).toEqual(findings.map(() => 'warn CF-MAP-002'));
    expect(findings.map(({object}) => object)).toEqual(['shop.purchases.first, last', 'shop.purchases.number', 'shop.orders']);
  });

  test('columns that get nothing back, and columns of the target alone, are refused unless loss is allowed', () => {
    const columns: ColumnRule[] = [...COLUMNS, {kind: 'drop', column: 'tenant'}, {kind: 'constant', to: 'tenant', value: '1'}];
    const target = {...TARGET, columns: [...TARGET.columns, column('extra')]};
    const lost = (allowLoss: boolean) => made({rule: {columns}, target, allowLoss}).findings().filter(({reason}) => !reason.startsWith('the way back ends'));
    expect(lost(false).map(({object, severity}) => [object, severity])).toEqual([
      ['shop.orders.tenant', 'refuse'],
      ['shop.purchases.tenant', 'refuse'],
      ['shop.purchases.extra', 'refuse'],
    ]);
    expect(lost(true).map(({severity}) => severity)).toEqual(['warn', 'warn', 'warn']);
  });

  test('a dropped column that the filter holds at one value comes back with it', () => {
    const target = {...TARGET, columns: TARGET.columns.filter(({name}) => name !== 'tenant')};
    const rule: Partial<TableRule> = {where: [{column: 'tenant', kind: 'in', values: ['7']}], columns: [...COLUMNS, {kind: 'drop', column: 'tenant'}]};
    expect(made({rule, target}).findings().filter(({severity}) => severity === 'refuse')).toEqual([]);
    const {tenant: _, ...there} = MAPPED;
    expect(made({rule, target}).reverse().row(there)).toEqual(ROW);
  });

  test.each<[string, Options, string]>([
    ['a column that is not there', {rule: {columns: [...COLUMNS, {kind: 'drop', column: 'nowhere'}]}}, 'shop.orders has no column nowhere'],
    ['a type that was not declared', {rule: {columns: COLUMNS.with(0, {kind: 'rename', column: 'id', to: 'number', type: undefined})}}, 'write type: bigint'],
    ['another type than declared', {rule: {columns: COLUMNS.with(0, {kind: 'rename', column: 'id', to: 'number', type: 'numeric'})}}, 'the plan says numeric'],
    ['a type whose text could change', {target: {...TARGET, columns: TARGET.columns.with(1, column('tenant', 'text'))}}, 'only a transform can say'],
    ['a column without a value', {target: {...TARGET, columns: [...TARGET.columns, column('must', 'text', {notNull: true})]}}, 'has no value for it'],
    ['a key that is split', {source: {...SOURCE, key: ['name']}}, 'is part of the key'],
    ['another key', {target: {...TARGET, key: ['tenant']}}, 'has the key (tenant)'],
    ['a filter on a type that shows in many ways', {source: {...SOURCE, columns: SOURCE.columns.with(1, column('tenant', 'numeric'))}, rule: {where: [{column: 'tenant', kind: 'in', values: ['7']}]}}, 'only integers, texts, uuids and dates'],
    ['a filter by a text that never shows', {rule: {where: [{column: 'tenant', kind: 'in', values: ['07']}]}}, 'never shows as 07'],
    ['NOT NULL that gets nothing back', {rule: {columns: [...COLUMNS, {kind: 'drop', column: 'tenant'}]}, source: {...SOURCE, columns: SOURCE.columns.with(1, column('tenant', 'integer', {notNull: true}))}}, 'could not come back'],
  ])('%s is refused', (_, options, reason) => {
    const refused = made(options).findings().filter(({severity, code}) => severity === 'refuse' && code === 'CF-MAP-001');
    expect(refused.map((finding) => finding.reason).join('\n')).toContain(reason);
  });

  test('a mapped table that is not in the scope, and two tables that would become one, are refused', () => {
    const mapping = migrationMapping({tables: [{...RULE, from: {schema: 'shop', name: 'other'}}, {...RULE, to: SOURCE.name, columns: []}, {...RULE, from: TARGET.name, to: SOURCE.name, columns: []}], allowLoss: false}, noFunctions);
    expect(mapping.findings([SOURCE, TARGET], []).map(({object}) => object)).toEqual(['shop.other', 'shop.orders']);
  });
});

describe('a function of the plan', () => {
  const columns: readonly ColumnRule[] = [
    ...COLUMNS,
    {kind: 'transform', column: 'tenant', to: 'tenant', type: undefined, forward: {file: 'f.ts', name: 'there', digest: ''}, inverse: {file: 'f.ts', name: 'back', digest: ''}},
  ];
  const through = (there: (value: Value) => unknown, back: (value: Value) => unknown = (value) => value) =>
    made({rule: {columns}, functions: ({name}) => (name === 'there' ? there : back) as (value: Value) => Value});

  test('is given each value, and its inverse the result', () => {
    const {forward, reverse} = through((value) => `${value}0`, (value) => value?.slice(0, -1) ?? null);
    expect(forward().row(ROW)).toMatchObject({tenant: '70'});
    expect(reverse().row({...MAPPED, tenant: '70'})).toMatchObject({tenant: '7'});
  });

  test.each<[string, (value: Value) => unknown]>([
    ['throws', () => { throw new RangeError('secret 7'); }],
    ['answers a number', () => 7],
    ['answers nothing', () => undefined],
    ['is not undone by its inverse', (value) => `${value}1`],
  ])('that %s stops the copy, without showing the value', (_, there) => {
    expect(() => through(there).forward().row(ROW)).toThrow(expect.objectContaining({code: 'CF-MAP-003', message: expect.not.stringContaining('secret')}));
  });
});
