/**
 * Every valid sequence of a few source transactions over three keys, as the source executes them (`writes`) and as the
 * stream delivers them (`changes`). A row is a small column and a large one; an update that does not set the large one
 * comes without it.
 */
import type {Change, Row} from '../../src/model/change.ts';
import type {Table} from '../../src/model/table.ts';

/** One number per key: `small * 32 + large`, 0 where there is no row. */
export type Rows = readonly number[];
export const rowNumber = (small: number, large: number): number => small * 32 + large;

export type Transaction = {
  readonly changes: readonly Change[];
  /** Key and row, in order. */
  readonly writes: readonly (readonly [number, number])[];
  /** Bits of the keys that it locks. */
  readonly touches: number;
  /** Bits of the tables that it truncates. */
  readonly truncates: number;
};

export type Workload = {
  readonly text: string;
  readonly init: Rows;
  readonly transactions: readonly Transaction[];
  /** Per transaction: the earlier ones with a key in common, which must be visible before this one can commit. */
  readonly after: readonly number[];
};

export type WorkloadRules = {
  /** Transactions per workload. */
  readonly length: number;
  /** Which keys exist at the start. */
  readonly init: readonly boolean[];
  readonly tableOf: readonly number[];
  readonly menu: keyof typeof MENUS;
};

/**
 * I insert · S update small · F update both · M change key, large value not sent · G change key, all sent · D delete ·
 * T truncate · R delete and reinsert · W two rows · X swap keys over a free one · Y two tables in one transaction ·
 * C insert and change its key
 */
const MENUS = {lean: 'ISMD', truncate: 'ISMDT', most: 'ISMGDRC', full: 'ISFMGDTRWXC', two: 'ISMDTY'} as const;

type Operation = readonly [kind: string, key: number, newKey?: number];

export const tables = (tableOf: readonly number[]): readonly Table[] =>
  [...new Set(tableOf)].map((table) => ({
    name: {schema: 'shop', name: `t${table}`},
    columns: ['id', 'small', 'large'].map((name) => ({
      name,
      type: 'text',
      notNull: name === 'id',
      generated: false,
      identity: undefined,
      portableBinary: true,
    })),
    key: ['id'],
    partitions: [],
    estimatedRows: 0,
    estimatedBytes: 0,
  }));

export const rowOf = (key: number, row: number): Row => ({id: String(key), small: String(row >> 5), large: String(row & 31)});

export function* workloads(rules: WorkloadRules): Generator<Workload> {
  const init = rules.init.map((exists, key) => (exists ? rowNumber(key + 1, key + 1) : 0));
  yield* continuations(rules, init, init, [], []);
}

function* continuations(
  rules: WorkloadRules,
  init: Rows,
  rows: Rows,
  transactions: readonly Transaction[],
  texts: readonly string[],
): Generator<Workload> {
  if (transactions.length === rules.length) {
    yield {text: texts.join(' ; '), init, transactions, after: transactions.map((_, i) => conflictsOf(transactions, i))};
    return;
  }
  for (const operations of possible(rules, rows)) {
    const done = execute(rules, rows, operations, transactions.length);
    const text = operations.map((operation) => operation.join('')).join('+');
    yield* continuations(rules, init, done.rows, [...transactions, done.transaction], [...texts, text]);
  }
}

const conflictsOf = (transactions: readonly Transaction[], index: number): number =>
  transactions
    .slice(0, index)
    .reduce((mask, earlier, i) => (earlier.touches & (transactions[index]?.touches ?? 0) ? mask | (1 << i) : mask), 0);

function* possible(rules: WorkloadRules, rows: Rows): Generator<readonly Operation[]> {
  const keys = rows.map((_, key) => key);
  const has = (key: number) => rows[key] !== 0;
  const isSame = (a: number, b: number) => rules.tableOf[a] === rules.tableOf[b];
  for (const kind of MENUS[rules.menu]) {
    for (const k of keys) {
      const free = keys.filter((j) => !has(j) && isSame(j, k));
      const later = keys.filter((j) => j > k && has(j));
      if (kind === 'T' && !keys.some((j) => j < k && isSame(j, k))) yield [['T', k]];
      if (!has(k)) {
        if (kind === 'I') yield [['I', k]];
        if (kind === 'C')
          for (const j of free)
            if (j !== k)
              yield [
                ['I', k],
                ['M', k, j],
              ];
        continue;
      }
      if ('SFD'.includes(kind)) yield [[kind, k]];
      if (kind === 'R')
        yield [
          ['D', k],
          ['I', k],
        ];
      if ('MG'.includes(kind)) for (const j of free) yield [[kind, k, j]];
      if (kind === 'W')
        for (const j of later)
          yield [
            ['S', k],
            ['F', j],
          ];
      if (kind === 'Y')
        for (const j of later)
          if (!isSame(j, k))
            yield [
              ['S', k],
              ['D', j],
            ];
      if (kind === 'X')
        for (const j of later)
          for (const f of free)
            yield [
              ['M', k, f],
              ['M', j, k],
              ['M', f, j],
            ];
    }
  }
}

const execute = (rules: WorkloadRules, before: Rows, operations: readonly Operation[], index: number) => {
  const rows = [...before];
  const changes: Change[] = [];
  const writes: [number, number][] = [];
  let touches = 0;
  let truncates = 0;
  const write = (key: number, row: number) => {
    rows[key] = row;
    writes.push([key, row]);
    touches |= 1 << key;
  };
  operations.forEach(([kind, key, newKey = key], position) => {
    const table = {schema: 'shop', name: `t${rules.tableOf[key]}`};
    const old = rows[key] ?? 0;
    const value = 4 + index * 3 + position;
    if (kind === 'D') {
      write(key, 0);
      changes.push({kind: 'delete', table, key: [String(key)]});
    } else if (kind === 'T') {
      rules.tableOf.forEach((other, k) => {
        if (other === rules.tableOf[key]) write(k, 0);
      });
      truncates |= 1 << (rules.tableOf[key] ?? 0);
      changes.push({kind: 'truncate', tables: [table]});
    } else {
      const isSent = 'IFG'.includes(kind);
      const row = rowNumber(kind === 'M' ? old >> 5 : value, isSent ? value : old & 31);
      if (newKey !== key) write(key, 0);
      write(newKey, row);
      const full = rowOf(newKey, row);
      const sent: Row = isSent ? full : {id: String(newKey), small: full['small'] ?? null};
      const oldKey = newKey === key ? {} : {oldKey: [String(key)]};
      changes.push({kind: kind === 'I' ? 'insert' : 'update', table, key: [String(newKey)], ...oldKey, row: sent});
    }
  });
  return {rows, transaction: {changes, writes, touches, truncates}};
};
