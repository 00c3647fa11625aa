import {describe, expect, test} from 'vitest';
import {type Options, column, COLUMNS, made, MAPPED, ROW, RULE, SOURCE, TARGET} from '../../test/support/mapped-orders.ts';
import type {ColumnRule, TableRule} from '../model/mapping-rules.ts';
import {migrationMapping} from './migration-mapping.ts';

describe('what is said before go', () => {
  test('nothing is refused when every value can come back, and what ends the way back is named', () => {
    const findings = made({rule: {where: [{column: 'tenant', kind: 'in', values: ['7']}]}}).findings();
    expect(findings.map(({severity, code}) => `${severity} ${code}`)).toEqual(findings.map(() => 'warn CF-MAP-002'));
    expect(findings.map(({object}) => object)).toEqual(['shop.purchases.first, last', 'shop.purchases.number', 'shop.orders']);
  });

  test('columns that get nothing back, and columns of the target alone, are refused unless loss is allowed', () => {
    const columns: ColumnRule[] = [...COLUMNS, {kind: 'drop', column: 'tenant'}, {kind: 'constant', to: 'tenant', value: '1'}];
    const target = {...TARGET, columns: [...TARGET.columns, column('extra')]};
    const lost = (allowLoss: boolean) =>
      made({rule: {columns}, target, allowLoss})
        .findings()
        .filter(({reason}) => !reason.startsWith('the way back ends'));
    expect(lost(false).map(({object, severity}) => [object, severity])).toEqual([
      ['shop.orders.tenant', 'refuse'],
      ['shop.purchases.tenant', 'refuse'],
      ['shop.purchases.extra', 'refuse'],
    ]);
    expect(lost(true).map(({severity}) => severity)).toEqual(['warn', 'warn', 'warn']);
  });

  test('a dropped column that the filter holds at one value comes back with it', () => {
    const target = {...TARGET, columns: TARGET.columns.filter(({name}) => name !== 'tenant')};
    const rule: Partial<TableRule> = {
      where: [{column: 'tenant', kind: 'in', values: ['7']}],
      columns: [...COLUMNS, {kind: 'drop', column: 'tenant'}],
    };
    expect(
      made({rule, target})
        .findings()
        .filter(({severity}) => severity === 'refuse'),
    ).toEqual([]);
    const {tenant: _, ...there} = MAPPED;
    expect(made({rule, target}).reverse().row(there)).toEqual(ROW);
  });

  test.each<[string, Options, string]>([
    ['a column that is not there', {rule: {columns: [...COLUMNS, {kind: 'drop', column: 'nowhere'}]}}, 'shop.orders has no column nowhere'],
    [
      'a type that was not declared',
      {rule: {columns: COLUMNS.with(0, {kind: 'rename', column: 'id', to: 'number', type: undefined})}},
      'write type: bigint',
    ],
    [
      'another type than declared',
      {rule: {columns: COLUMNS.with(0, {kind: 'rename', column: 'id', to: 'number', type: 'numeric'})}},
      'the plan says numeric',
    ],
    [
      'a type whose text could change',
      {target: {...TARGET, columns: TARGET.columns.with(1, column('tenant', 'text'))}},
      'only a transform can say',
    ],
    [
      'a column without a value',
      {target: {...TARGET, columns: [...TARGET.columns, column('must', 'text', {notNull: true})]}},
      'has no value for it',
    ],
    ['a key that is split', {source: {...SOURCE, key: ['name']}}, 'is part of the key'],
    ['another key', {target: {...TARGET, key: ['tenant']}}, 'has the key (tenant)'],
    [
      'a filter on a type that shows in many ways',
      {
        source: {...SOURCE, columns: SOURCE.columns.with(1, column('tenant', 'numeric'))},
        rule: {where: [{column: 'tenant', kind: 'in', values: ['7']}]},
      },
      'only integers, texts, uuids and dates',
    ],
    ['a filter by a text that never shows', {rule: {where: [{column: 'tenant', kind: 'in', values: ['07']}]}}, 'never shows as 07'],
    [
      'NOT NULL that gets nothing back',
      {
        rule: {columns: [...COLUMNS, {kind: 'drop', column: 'tenant'}]},
        source: {...SOURCE, columns: SOURCE.columns.with(1, column('tenant', 'integer', {notNull: true}))},
      },
      'could not come back',
    ],
  ])('%s is refused', (_, options, reason) => {
    const refused = made(options)
      .findings()
      .filter(({severity, code}) => severity === 'refuse' && code === 'CF-MAP-001');
    expect(refused.map((finding) => finding.reason).join('\n')).toContain(reason);
  });

  test('a mapped table that is not in the scope, and two tables that would become one, are refused', () => {
    const mapping = migrationMapping(
      {
        tables: [
          {...RULE, from: {schema: 'shop', name: 'other'}},
          {...RULE, to: SOURCE.name, columns: []},
          {...RULE, from: TARGET.name, to: SOURCE.name, columns: []},
        ],
        allowLoss: false,
      },
      () => (value) => value,
    );
    expect(mapping.findings([SOURCE, TARGET], []).map(({object}) => object)).toEqual(['shop.other', 'shop.orders']);
  });
});
