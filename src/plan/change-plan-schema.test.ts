import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {pinPlan, readPlanFile} from './plan-file.ts';
import {PlanInvalid} from './plan-invalid.ts';
import {isInPlace} from './plan.ts';

const HEAD = `name: orders-channel
workflow: expand-contract
`;
const DATABASE = 'database: {engine: postgres, url: env:SHOP_URL}\n';
const operations = (column: string) => `operations: [{add-column: {${column}}}]\n`;
const BARE = 'table: shop.orders, column: channel, type: text';

function problemsOf(text: string): string[] {
  try {
    pinPlan(text, 'p.yaml');
  } catch (error) {
    if (error instanceof PlanInvalid) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

describe('a plan that changes one database', () => {
  it('has it on both sides, and its tables as scope', () => {
    const {plan} = pinPlan(HEAD + DATABASE + operations(`${BARE}, backfill: upper(note), notNull: true`), 'p.yaml');
    expect(isInPlace(plan)).toBe(true);
    expect(plan).toMatchObject({
      source: {engine: 'postgres', url: {kind: 'env', value: 'SHOP_URL'}},
      target: plan.source,
      scope: {tables: ['shop.orders'], exclude: []},
      load: {chunkBytes: 1024 * 1024},
      operations: [
        {
          kind: 'add-column',
          table: {schema: 'shop', name: 'orders'},
          column: 'channel',
          type: 'text',
          backfill: 'upper(note)',
          notNull: true,
        },
      ],
    });
  });

  it.each<[string, string, readonly string[]]>([
    ['everything missing', HEAD, ['p.yaml:1:1 database: is missing', 'p.yaml:1:1 operations: is missing']],
    [
      'two databases instead of one',
      `${HEAD}source: {engine: postgres, url: env:A}\n${operations(BARE)}`,
      ['p.yaml:1:1 database: is missing', 'p.yaml:3:1 source: is not a known key'],
    ],
    ['no operation', `${HEAD}${DATABASE}operations: []\n`, ['p.yaml:4:13 operations: must name at least one operation']],
    [
      'an unknown operation',
      `${HEAD}${DATABASE}operations: [{add-colum: {${BARE}}}]\n`,
      [
        'p.yaml:4:14 operations[0].add-column: is missing',
        'p.yaml:4:15 operations[0].add-colum: is not a known key; did you mean add-column?',
      ],
    ],
    [
      'a pattern for a table',
      HEAD + DATABASE + operations(BARE.replace('orders', '*')),
      ['p.yaml:4:35 operations[0].add-column.table: must be schema.table'],
    ],
    [
      'a column without a type',
      HEAD + DATABASE + operations('table: shop.orders, column: channel'),
      ['p.yaml:4:15 operations[0].add-column.type: is missing'],
    ],
    [
      'rows that would have no value',
      HEAD + DATABASE + operations(`${BARE}, notNull: true`),
      ['p.yaml:4:86 operations[0].add-column.notNull: leaves the rows that are there without a value: give a default or a backfill'],
    ],
  ])('is refused in words with %s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('there is a worked one', async () => {
    const {plan} = await readPlanFile(fileURLToPath(new URL('../../plans/add-column.yaml', import.meta.url)));
    expect([plan.workflow, plan.scope.tables, plan.gates]).toEqual([
      'expand-contract',
      ['shop.orders'],
      {contract: [{name: 'approval', settings: {}}]},
    ]);
  });

  it('operations belong to it alone', () => {
    const move = `name: shop\nworkflow: live-migration\nsource: {engine: postgres, url: env:A}\ntarget: {engine: postgres, url: env:B}\nschema: {kind: existing}\nscope: {tables: [shop.*]}\n`;
    expect(isInPlace(pinPlan(move, 'p.yaml').plan)).toBe(false);
    expect(problemsOf(move + operations(BARE))).toEqual(['p.yaml:7:1 operations: is not a known key']);
  });
});
