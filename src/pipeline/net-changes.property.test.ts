/** Folding is only a shortcut: whatever the changes, and wherever they are cut into batches, the rows come out the same. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {applySteps, exactMove, type MemoryRules, type MemoryTable} from '../../test/model/memory-table.ts';
import {tables} from '../../test/model/copy-workloads.ts';
import {type Change, keyText, type Row} from '../model/change.ts';
import {netChanges} from './net-changes.ts';
import type {ReplayMode} from './replay-form.ts';

const [TABLE] = tables([0]) as [ReturnType<typeof tables>[number]];
const KEYS = ['0', '1', '2', '3'];
const RUNS = 3_000;

/** What happens to which key; what is not possible at that moment is left out. */
const intents = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'update', 'touch', 'move', 'move-in-full', 'delete', 'delete', 'truncate'),
    key: fc.constantFrom(...KEYS),
    newKey: fc.constantFrom(...KEYS),
    /** A batch ends after this change. */
    isCut: fc.boolean(),
    /** Truncates are rare, or nothing else would be seen. */
    dice: fc.nat(7),
  }),
  {maxLength: 30},
);
type Intent = typeof intents extends fc.Arbitrary<infer A> ? A : never;

type History = {
  readonly changes: readonly {readonly change: Change; readonly isCut: boolean}[];
  /** The source's rows before each change, and after the last. */
  readonly moments: readonly MemoryTable[];
};

const historyOf = (begin: readonly string[], steps: Intent): History => {
  let source: MemoryTable = new Map(begin.map((key) => [keyText([key]), {id: key, small: 'begin', large: `begin ${key}`}]));
  const changes: {change: Change; isCut: boolean}[] = [];
  const moments = [source];
  steps.forEach(({kind, key, newKey, isCut, dice}, i) => {
    const next = new Map(source);
    const change = changeOf(next, dice > 0 && kind === 'truncate' ? 'touch' : kind, key, newKey, String(i));
    if (change === undefined) return;
    changes.push({change, isCut});
    source = next;
    moments.push(source);
  });
  return {changes, moments};
};

/** Carries the change out on the source, and answers what the stream says of it. */
const changeOf = (source: MemoryTable, kind: string, key: string, newKey: string, value: string): Change | undefined => {
  const table = TABLE.name;
  const old = source.get(keyText([key]));
  const put = (row: Row) => source.set(keyText([row['id'] ?? '']), row);
  if (kind === 'truncate') {
    source.clear();
    return {kind: 'truncate', tables: [table]};
  }
  if (kind === 'insert') {
    if (old !== undefined) return undefined;
    const row = {id: key, small: value, large: value};
    put(row);
    return {kind: 'insert', table, key: [key], row};
  }
  if (old === undefined) return undefined;
  if (kind === 'delete') {
    source.delete(keyText([key]));
    return {kind: 'delete', table, key: [key]};
  }
  const isMove = kind.startsWith('move');
  const id = isMove ? newKey : key;
  if (isMove && source.has(keyText([id]))) return undefined;
  const isFull = kind === 'update' || kind === 'move-in-full';
  const sent: Row = isFull ? {id, small: value, large: value} : {id, small: value};
  source.delete(keyText([key]));
  put({...old, ...sent});
  return {kind: 'update', table, key: [id], ...(isMove ? {oldKey: [key]} : {}), row: sent};
};

/** Applies the history in batches; answers the keys to be read again. */
const replay = (history: History, target: MemoryTable, mode: ReplayMode, order: MemoryRules['order']): Set<string> => {
  const net = netChanges(() => mode, [TABLE]);
  const rules: MemoryRules = {columns: ['id', 'small', 'large'], notNull: ['id', 'small', 'large'], move: exactMove, order};
  const rereads = new Set<string>();
  const flush = () => {
    const {tables: batches, rereads: own} = net.take();
    for (const {steps} of batches) {
      if (steps.some((step) => step.kind === 'truncate')) rereads.clear();
      for (const key of applySteps(target, steps, rules)) rereads.add(keyText(key));
    }
    for (const {key} of own) rereads.add(keyText(key));
  };
  for (const {change, isCut} of history.changes) {
    net.add(change);
    if (isCut) flush();
  }
  flush();
  return rereads;
};

const begins = fc.subarray(KEYS);
const orders = fc.constantFrom<MemoryRules['order'][]>(
  (operations) => operations,
  (operations) => operations.toReversed(),
);

test('strict: batches equal the changes one by one, and nothing is surprised', () => {
  fc.assert(
    fc.property(begins, intents, orders, (begin, steps, order) => {
      const history = historyOf(begin, steps);
      const target = new Map(history.moments[0]);
      const rereads = replay(history, target, 'strict', order);
      expect(rereads.size).toBe(0);
      expect(sorted(target)).toEqual(sorted(history.moments.at(-1)));
    }),
    {numRuns: RUNS},
  );
});

test('window: rows copied at any moments converge, once the listed keys are read again', () => {
  fc.assert(
    fc.property(begins, intents, orders, fc.array(fc.nat(30), {minLength: 4, maxLength: 4}), (begin, steps, order, copiedAt) => {
      const history = historyOf(begin, steps);
      const target: MemoryTable = new Map();
      KEYS.forEach((key, i) => {
        const row = history.moments[Math.min(copiedAt[i] ?? 0, history.moments.length - 1)]?.get(keyText([key]));
        if (row !== undefined) target.set(keyText([key]), row);
      });
      const end = history.moments.at(-1) ?? new Map<string, Row>();
      for (const id of replay(history, target, 'window', order)) {
        const row = end.get(id);
        if (row === undefined) target.delete(id);
        else target.set(id, row);
      }
      expect(sorted(target)).toEqual(sorted(end));
    }),
    {numRuns: RUNS},
  );
});

const sorted = (table: MemoryTable | undefined) => [...(table ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
