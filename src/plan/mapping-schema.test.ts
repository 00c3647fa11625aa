import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {pinPlan} from './plan-file.ts';
import {PlanInvalid} from './plan-invalid.ts';
import {parseWhere} from './where-clause.ts';

const HEAD = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
schema: {kind: existing}
scope: {tables: [shop.*]}
`;
const withColumn = (text: string): string => `${HEAD}mapping: {tables: {shop.orders: {columns: {${text}}}}}\n`;

const problemsOf = (text: string): string => {
  try {
    pinPlan(text, 'p.yaml');
  } catch (error) {
    if (error instanceof PlanInvalid) return error.message;
    throw error;
  }
  return '';
};

describe('a mapping', () => {
  it('becomes rules', () => {
    const text = `${HEAD}mapping: {tables: {shop.orders: {to: sales.purchases, where: "tenant = 7 AND kind IN ('a', 'b''c')", columns: {
      id: {type: bigint}, name: {split: {into: [first, last], at: " "}}, note: {drop: true}, customer: {rename: client},
      region: {constant: eu}, both: {merge: {from: [a, b], with: "|"}}}}}}\n`;
    expect(pinPlan(text, 'p.yaml').plan.mapping).toEqual([
      {
        from: {schema: 'shop', name: 'orders'},
        to: {schema: 'sales', name: 'purchases'},
        where: [
          {column: 'tenant', kind: 'in', values: ['7']},
          {column: 'kind', kind: 'in', values: ['a', "b'c"]},
        ],
        columns: [
          {kind: 'rename', column: 'id', to: 'id', type: 'bigint'},
          {kind: 'split', column: 'name', into: ['first', 'last'], at: ' '},
          {kind: 'drop', column: 'note'},
          {kind: 'rename', column: 'customer', to: 'client', type: undefined},
          {kind: 'constant', to: 'region', value: 'eu'},
          {kind: 'merge', to: 'both', from: ['a', 'b'], separator: '|'},
        ],
      },
    ]);
  });

  it.each([
    ['nothing to do', 'id: {}', 'must say what becomes of the column'],
    ['two things at once', 'id: {drop: true, constant: x}', 'can be one of constant, drop'],
    ['a new name for a dropped column', 'id: {drop: true, rename: x}', 'rename and type do not go with drop'],
    ['an inverse of nothing', 'id: {rename: x, inverse: ./f.ts#g}', 'inverse goes with transform only'],
    ['a function without a name', 'id: {transform: ./f.ts}', 'must be ./file.ts#name'],
    ['an unknown word', 'id: {renam: x}', 'is not a known key; did you mean rename?'],
    ['a number as constant', 'id: {constant: 7}', 'must be a text'],
  ])('with %s is refused', (_, column, problem) => {
    expect(problemsOf(withColumn(column))).toContain(problem);
  });

  it('pins the content of the files that its functions are in', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-plan-'));
    const checksum = (content: string) => {
      writeFileSync(join(folder, 'f.ts'), content);
      return pinPlan(withColumn('id: {transform: ./f.ts#there, inverse: ./f.ts#back}'), join(folder, 'p.yaml')).checksum;
    };
    const first = checksum('export const there = 1;');
    expect(checksum('export const there = 1;')).toBe(first);
    expect(checksum('export const there = 2;')).not.toBe(first);
  });

  it('with a file that is not there is refused', () => {
    expect(() => pinPlan(withColumn('id: {transform: ./none.ts#there}'), '/nowhere/p.yaml')).toThrow(
      expect.objectContaining({code: 'CF-PLAN-001'}),
    );
  });
});

describe('where', () => {
  it.each([
    [`a = 7`, [{column: 'a', kind: 'in', values: ['7']}]],
    [`"A b" <> 'x'`, [{column: 'A b', kind: 'not-in', values: ['x']}]],
    [
      `a != -1 and b not in (1, 2)`,
      [
        {column: 'a', kind: 'not-in', values: ['-1']},
        {column: 'b', kind: 'not-in', values: ['1', '2']},
      ],
    ],
  ])('%s is understood', (text, filter) => {
    expect(parseWhere(text)).toEqual(filter);
  });

  it.each([
    ``,
    `a`,
    `a = b`,
    `a > 7`,
    `a = 7 OR b = 8`,
    `a IS NULL`,
    `lower(a) = 'x'`,
    `a = 7; DROP TABLE x`,
    `a = 7 AND`,
    `a IN ()`,
    `a = 'x`,
    `a = 7.5`,
    `7 = a`,
    `a::text = 'x'`,
    `a = NULL`,
  ])('%s is refused', (text) => {
    expect(parseWhere(text)).toEqual({refused: expect.stringContaining('is not understood')});
  });
});
