/** One table of another shape on the target, for tests of mappings. */
import type {Row} from '../../src/model/change.ts';
import type {ColumnRule, TableRule} from '../../src/model/mapping-rules.ts';
import type {Column, Table} from '../../src/model/table.ts';
import type {Functions} from '../../src/mapping/column-mappings.ts';
import type {RowChange, TableMapping} from '../../src/mapping/mapping.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';

export const column = (name: string, type = 'text', more: Partial<Column> = {}): Column => ({
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

export const SOURCE = table('orders', [
  column('id', 'integer', {notNull: true}),
  column('tenant', 'integer'),
  column('name'),
  column('a'),
  column('b'),
]);
export const TARGET = table(
  'purchases',
  [column('number', 'bigint', {notNull: true}), column('tenant', 'integer'), column('first'), column('last'), column('both')],
  ['number'],
);
export const COLUMNS: readonly ColumnRule[] = [
  {kind: 'rename', column: 'id', to: 'number', type: 'bigint'},
  {kind: 'split', column: 'name', into: ['first', 'last'], at: ' '},
  {kind: 'merge', to: 'both', from: ['a', 'b'], separator: '|'},
];
export const RULE: TableRule = {from: SOURCE.name, to: TARGET.name, where: undefined, columns: COLUMNS};

export type Options = {
  readonly rule?: Partial<TableRule>;
  readonly source?: Table;
  readonly target?: Table;
  readonly allowLoss?: boolean;
  readonly functions?: Functions;
};
export const made = ({rule, source = SOURCE, target = TARGET, allowLoss = false, functions = noFunctions}: Options = {}) => {
  const mapping = migrationMapping({tables: [{...RULE, ...rule}], allowLoss}, functions);
  const sources = mapping.sourceTables([source]);
  const one = (direction: 'forward' | 'reverse'): TableMapping => {
    const [found] = mapping.tables(sources, [target], direction);
    if (!found) throw new Error('no mapping');
    return found;
  };
  return {findings: () => mapping.findings(sources, [target]), forward: () => one('forward'), reverse: () => one('reverse')};
};

export const update = (row: Row, oldKey?: readonly string[]): RowChange => ({
  kind: 'update',
  table: SOURCE.name,
  key: [row['id'] ?? ''],
  row,
  ...(oldKey ? {oldKey} : {}),
});
export const ROW: Row = {id: '1', tenant: '7', name: 'Ada Lovelace', a: 'x', b: 'y'};
export const MAPPED: Row = {number: '1', tenant: '7', first: 'Ada', last: 'Lovelace', both: 'x|y'};
