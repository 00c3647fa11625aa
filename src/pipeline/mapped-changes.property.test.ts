/** Whatever happens on the sending side, and whatever the events leave out: the receiving side holds the mapped rows, and no others. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {applySteps, exactMove, type MemoryRules, type MemoryTable} from '../../test/model/memory-table.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import {assert} from '../model/assert.ts';
import {type Change, keyText, type Row, type Value} from '../model/change.ts';
import type {ColumnRule} from '../model/mapping-rules.ts';
import {passes, type RowFilter} from '../model/row-filter.ts';
import type {Table} from '../model/table.ts';
import {MappedChanges} from './mapped-changes.ts';
import {netChanges} from './net-changes.ts';
import type {ReplayMode} from './replay-form.ts';

const table = (name: string, key: string, ...columns: readonly string[]): Table => ({
  name: {schema: 'shop', name},
  columns: [key, ...columns].map((one) => ({
    name: one,
    type: 'text',
    notNull: false,
    generated: false,
    identity: undefined,
    portableBinary: true,
  })),
  key: [key],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

const KEYS = ['0', '1', '2', '3'];
const RUNS = 2_000;
/** What an event leaves out when it did not change. */
const LARGE = ['name', 'b', 'tenant', 'note', 'both', 'last'];

const intents = (columns: readonly string[]) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom('insert', 'insert', 'update', 'update', 'move', 'delete', 'truncate'),
      key: fc.constantFrom(...KEYS),
      newKey: fc.constantFrom(...KEYS),
      changed: fc.subarray([...columns]),
      tenant: fc.constantFrom('7', '7', '8', null),
      isCut: fc.boolean(),
      dice: fc.nat(9),
    }),
    {maxLength: 30},
  );
type Intents = ReturnType<typeof intents> extends fc.Arbitrary<infer A> ? A : never;

type Moment = {readonly rows: MemoryTable; readonly change?: Change; readonly isCut?: boolean};

const historyOf = (from: Table, begin: MemoryTable, steps: Intents): readonly Moment[] => {
  const moments: Moment[] = [{rows: begin}];
  steps.forEach((step, i) => {
    const rows = new Map(moments.at(-1)?.rows);
    const change = carriedOut(from, rows, step, i);
    if (change) moments.push({rows, change, isCut: step.isCut});
  });
  return moments;
};

const carriedOut = (
  {name, columns, key: [keyName = '']}: Table,
  rows: MemoryTable,
  {kind, key, newKey, changed, tenant, dice}: Intents[number],
  i: number,
): Change | undefined => {
  const old = rows.get(keyText([key]));
  const valueOf = (column: string): Value => (column === 'tenant' ? tenant : `${column}${i} x`);
  if (kind === 'truncate' && dice === 0) {
    rows.clear();
    return {kind: 'truncate', tables: [name]};
  }
  if (kind === 'insert' && !old) {
    const row = {...Object.fromEntries(columns.map((column) => [column.name, valueOf(column.name)])), [keyName]: key};
    rows.set(keyText([key]), row);
    return {kind: 'insert', table: name, key: [key], row};
  }
  if (!old || (kind === 'move' && rows.has(keyText([newKey])))) return undefined;
  rows.delete(keyText([key]));
  if (kind === 'delete') return {kind: 'delete', table: name, key: [key]};
  const id = kind === 'move' ? newKey : key;
  const row: Row = {...old, ...Object.fromEntries(changed.map((column) => [column, valueOf(column)])), [keyName]: id};
  rows.set(keyText([id]), row);
  const sent = Object.fromEntries(Object.entries(row).filter(([column]) => changed.includes(column) || !LARGE.includes(column)));
  return {kind: 'update', table: name, key: [id], ...(kind === 'move' ? {oldKey: [key]} : {}), row: sent};
};

/** The rows of a moment as the mapping sees them: what a chunk or a re-read brings. */
const mapped = (mapping: TableMapping, row: Row | undefined): Row | undefined =>
  row && passes(mapping.from.only ?? [], row) === true ? mapping.row(row) : undefined;

const replay = (mapping: TableMapping, moments: readonly Moment[], target: MemoryTable, mode: ReplayMode): Set<string> => {
  const changes = new MappedChanges([mapping]);
  const net = netChanges(() => (mapping.isLenient ? 'window' : mode), [mapping.writes]);
  const rules: MemoryRules = {
    columns: mapping.to.columns.map(({name}) => name),
    notNull: mapping.to.key,
    move: exactMove,
    order: (operations) => operations,
  };
  const rereads = new Set<string>();
  const flush = () => {
    const {tables, rereads: own} = net.take();
    for (const {steps} of tables) {
      if (steps.some((step) => step.kind === 'truncate')) rereads.clear();
      for (const key of applySteps(target, steps, rules)) rereads.add(keyText(key));
    }
    for (const {key} of own) rereads.add(keyText(key));
  };
  for (const {change, isCut} of moments) {
    const through = change && changes.of(change);
    if (through) net.add(through);
    if (isCut) flush();
  }
  flush();
  return rereads;
};

const SOURCE = table('orders', 'id', 'tenant', 'name', 'a', 'b');
const TARGET = table('purchases', 'number', 'tenant', 'first', 'last', 'both');
const COLUMNS: readonly ColumnRule[] = [
  {kind: 'rename', column: 'id', to: 'number', type: undefined},
  {kind: 'split', column: 'name', into: ['first', 'last'], at: ' '},
  {kind: 'merge', to: 'both', from: ['a', 'b'], separator: '|'},
];

const mappingOf = (
  source: Table,
  target: Table,
  columns: readonly ColumnRule[],
  where: RowFilter | undefined,
  direction: 'forward' | 'reverse',
): TableMapping => {
  const whole = migrationMapping(
    {tables: [{from: source.name, to: target.name, where, columns}], allowLoss: false},
    () => (value) => value,
  );
  const [mapping] = whole.tables(whole.sourceTables([source]), [target], direction);
  assert(mapping, 'one table was given');
  return mapping;
};

const sorted = (rows: MemoryTable) => [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1));

test.each<[string, RowFilter | undefined]>([
  ['all rows', undefined],
  ['rows of a filter', [{column: 'tenant', kind: 'in', values: ['7']}]],
  ['rows outside a value', [{column: 'tenant', kind: 'not-in', values: ['8']}]],
])('%s: copied at any moments and replayed, they converge once the listed keys are read again', (_, where) => {
  const mapping = mappingOf(SOURCE, TARGET, COLUMNS, where, 'forward');
  fc.assert(
    fc.property(intents(['tenant', 'name', 'a', 'b']), fc.array(fc.nat(30), {minLength: 4, maxLength: 4}), (steps, copiedAt) => {
      const moments = historyOf(SOURCE, new Map(), steps);
      const target: MemoryTable = new Map();
      KEYS.forEach((key, i) => {
        const row = mapped(mapping, moments[Math.min(copiedAt[i] ?? 0, moments.length - 1)]?.rows.get(keyText([key])));
        if (row) target.set(keyText([key]), row);
      });
      const end = moments.at(-1)?.rows ?? new Map<string, Row>();
      for (const id of replay(mapping, moments, target, 'window')) {
        const row = mapped(mapping, end.get(id));
        if (row) target.set(id, row);
        else target.delete(id);
      }
      const expected = new Map([...end].flatMap(([id, row]): [string, Row][] => (mapped(mapping, row) ? [[id, mapping.row(row)]] : [])));
      expect(sorted(target)).toEqual(sorted(expected));
    }),
    {numRuns: RUNS},
  );
});

test('on the way back a row keeps the columns that are not mapped, wherever its key goes, and a new row has none of an old one', () => {
  const source = table('orders', 'id', 'a', 'note');
  const target = table('orders', 'id', 'a');
  const mapping = mappingOf(source, target, [{kind: 'drop', column: 'note'}], undefined, 'reverse');
  expect(mapping).toMatchObject({isLenient: false, writes: {isPartial: true}});
  fc.assert(
    fc.property(fc.subarray(KEYS), intents(['a']), (begin, steps) => {
      const rowOf = (id: string): [string, Row] => [keyText([id]), {id, a: 'begin'}];
      const withNotes: MemoryTable = new Map(begin.map((id) => [keyText([id]), {id, a: 'begin', note: `note ${id}`}]));
      const moments = historyOf(target, new Map(begin.map(rowOf)), steps);
      const expected = notesFollowed(withNotes, moments);
      const received = new Map(withNotes);
      expect(replay(mapping, moments, received, 'strict').size).toBe(0);
      expect(sorted(received)).toEqual(sorted(expected));
    }),
    {numRuns: RUNS},
  );
});

/** Change by change, as somebody would who knows the notes. */
const notesFollowed = (begin: MemoryTable, moments: readonly Moment[]): MemoryTable => {
  const rows = new Map(begin);
  for (const {change} of moments) {
    if (change?.kind === 'truncate') rows.clear();
    else if (change?.kind === 'insert') rows.set(keyText(change.key), {...change.row, note: null});
    else if (change?.kind === 'delete') rows.delete(keyText(change.key));
    else if (change?.kind === 'update') {
      const old = keyText(change.oldKey ?? change.key);
      const row = {...rows.get(old), ...change.row};
      rows.delete(old);
      rows.set(keyText(change.key), row);
    }
  }
  return rows;
};
