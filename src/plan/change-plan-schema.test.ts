import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {problemsOf} from '../../test/support/plan-problems.ts';
import {pinPlan, readPlanFile} from './plan-file.ts';
import {isInPlace} from './plan.ts';

const HEAD = `name: orders-channel
workflow: expand-contract
`;
const DATABASE = 'database: {engine: postgres, url: env:SHOP_URL}\n';
const operations = (column: string) => `operations: [{add-column: {${column}}}]\n`;
const BARE = 'table: shop.orders, column: channel, type: text';

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
      ['p.yaml:4:15 operations[0].add-colum: is not a known key; did you mean add-column?'],
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

  it('says what each operation means in the same words, whatever has been left out', () => {
    const text = `operations:
  - set-not-null: {table: shop.orders, column: note}
  - add-foreign-key: {table: shop.orders, name: fk, columns: [person], references: {table: shop.people, columns: [id]}}
  - add-index: {table: shop.orders, name: i, on: [note desc]}
  - rename-column: {table: shop.orders, column: sum, to: total, type: integer, notNull: true, goesWith: [i]}
  - change-type: {table: shop.orders, column: note, oldType: text, type: jsonb, using: to_jsonb(note), default: "'{}'"}
  - raw-sql: {name: more, tables: [shop.items], start: [a], undo: [b]}
`;
    const {plan} = pinPlan(HEAD + DATABASE + text, 'p.yaml');
    const table = {schema: 'shop', name: 'orders'};
    const into = {column: 'total', type: 'integer', using: '"sum"', notNull: true};
    expect(plan.scope.tables).toEqual(['shop.orders', 'shop.people', 'shop.items']);
    expect(plan.operations).toEqual([
      {kind: 'set-not-null', table, column: 'note'},
      {
        kind: 'add-foreign-key',
        table,
        name: 'fk',
        columns: ['person'],
        references: {table: {schema: 'shop', name: 'people'}, columns: ['id']},
      },
      {kind: 'add-index', table, name: 'i', on: ['note desc'], unique: false},
      {kind: 'rename-column', table, column: 'sum', oldType: 'integer', into: [into], back: '"total"', goesWith: ['i']},
      {
        kind: 'change-type',
        table,
        column: 'note',
        oldType: 'text',
        into: [{column: 'note_new', type: 'jsonb', using: 'to_jsonb(note)', notNull: false, default: "'{}'"}],
        back: 'CAST("note_new" AS text)',
        goesWith: [],
      },
      {kind: 'raw-sql', name: 'more', tables: [{schema: 'shop', name: 'items'}], start: ['a'], undo: ['b'], complete: []},
    ]);
  });

  it.each<[string, string, string]>([
    [
      'two operations in one entry',
      '{set-not-null: {table: a.b, column: c}, drop-column: {table: a.b, column: d}}',
      'must name one operation',
    ],
    [
      'a key to nowhere',
      '{add-foreign-key: {table: a.b, name: n, columns: [c], references: {table: a.c, columns: [d, e]}}}',
      'must be as many as columns',
    ],
    ['a start without an undo', '{raw-sql: {name: n, tables: [a.b], start: [x]}}', 'must say how start is undone'],
    [
      'the same twice',
      '{set-not-null: {table: a.b, column: c}}, {set-not-null: {table: a.b, column: c}}',
      'must not name the same operation twice',
    ],
  ])('is refused in words with %s', (_, list, words) => {
    expect(problemsOf(`${HEAD}${DATABASE}operations: [${list}]\n`)).toEqual([expect.stringContaining(words)]);
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
