/**
 * Two sides of one table with a log between them, for tests of decisions: every read can be preceded by writes, a
 * transaction can stay invisible on the source, and an event can be lost on its way.
 */
import type {Bracket, Compare, Database, KeyRange} from '../../src/engine/engine.ts';
import {type Key, keyText, type Row} from '../../src/model/change.ts';
import type {Position} from '../../src/model/position.ts';
import type {Table} from '../../src/model/table.ts';
import {createTouchedIndex} from '../../src/pipeline/touched-index.ts';
import type {VerifyReport, VerifyRequest} from '../../src/verify/verifier.ts';

const column = (name: string) => ({name, type: 'text', notNull: true, generated: false, identity: undefined, portableBinary: true});
export const simulatedTable: Table = {
  name: {schema: 'shop', name: 'item'},
  columns: [column('id'), column('a'), column('b')],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};

type Event = {
  readonly commit: number;
  readonly transaction: string;
  readonly key: string;
  readonly row: Row | undefined;
  isLost: boolean;
  isHidden: boolean;
};
export type Read = {readonly side: 'from' | 'to'; readonly what: 'count' | 'digest' | 'range' | 'keys'};

export const position = (commit: number): Position => String(commit).padStart(8, '0') as Position;
export const comparePositions = (a: Position, b: Position): number => (a < b ? -1 : a > b ? 1 : 0);
export const rowOf = (id: string, a = 'a', b = 'b'): Row => ({id, a, b});

export class SimulatedSides {
  readonly log: Event[] = [];
  readonly reads: Read[] = [];
  readonly target = new Map<string, Row>();
  memoriesOpen = 0;
  /** Called before each read, with the reads so far. */
  beforeRead: (read: Read) => void = () => {};
  /** Called for each event that arrives at the receiving side, a lost one too, before its row is written. */
  onApply: (key: string) => void = () => {};
  /** The receiving side has no progress row. */
  isWithoutProgress = false;
  #applied = 0;
  #index = createTouchedIndex(comparePositions, 100_000);

  write(key: string, row: Row | undefined, fate: {readonly isLost?: boolean; readonly isHidden?: boolean} = {}): Event {
    const commit = this.log.length + 1;
    const event = {commit, transaction: String(700 + commit), key, row, isLost: fate.isLost ?? false, isHidden: fate.isHidden ?? false};
    this.log.push(event);
    this.#index.add(simulatedTable.name, [key], position(commit), event.transaction);
    return event;
  }

  /** The target applies all that was committed, or up to `end`. */
  apply(end = this.log.length): void {
    for (; this.#applied < end; this.#applied++) {
      const event = this.log[this.#applied];
      if (event) this.onApply(event.key);
      if (event && !event.isLost) put(this.target, event.key, event.row);
    }
  }

  /** Keys whose rows differ once everything is visible and applied. */
  differing(): readonly string[] {
    const rows = this.#rows('from');
    return [...new Set([...rows.keys(), ...this.target.keys()])].filter(
      (key) => JSON.stringify(rows.get(key)) !== JSON.stringify(this.target.get(key)),
    );
  }

  /** Everything known so far is old: a pass that starts now does not remember it. */
  forget(): void {
    this.#index = createTouchedIndex(comparePositions, 100_000);
  }

  request(changes: Partial<VerifyRequest> = {}): VerifyRequest {
    return {
      from: this.#database('from'),
      to: this.#database('to'),
      tables: [simulatedTable],
      direction: 'forward',
      compare: comparePositions,
      evidence: {
        reached: async (end) => this.apply(Math.max(this.#applied, Number(end))),
        remember: async () => {
          this.memoriesOpen++;
          return {
            touched: (...question) => this.#index.touched(...question),
            pending: (...question) => this.#index.pending(...question),
            isParked: () => false,
            stop: () => void this.memoriesOpen--,
          };
        },
      },
      chunkBytes: 1_000_000,
      signal: new AbortController().signal,
      progress: () => {},
      ...changes,
    };
  }

  #database(side: 'from' | 'to'): Database {
    const source = {
      /** A row has one byte. */
      planRanges: async (_table: Table, bytes: number) => cut(this.#rows(side), {after: undefined, to: undefined}, bytes),
      currentPosition: async () => position(this.log.length),
    };
    return {compare: this.#compare(side), source} as unknown as Database;
  }

  #rows(side: 'from' | 'to'): Map<string, Row> {
    if (side === 'to') return this.target;
    const rows = new Map<string, Row>();
    for (const event of this.log) if (!event.isHidden) put(rows, event.key, event.row);
    return rows;
  }

  #bracket(side: 'from' | 'to'): Bracket {
    const end = this.log.length;
    const hidden = new Set(this.log.filter(({isHidden}) => isHidden).map(({transaction}) => transaction));
    const applied = side === 'to' && !this.isWithoutProgress ? position(this.#applied) : undefined;
    return {
      before: position(end),
      after: position(end),
      applied,
      sees: (transaction) => Number(transaction) <= 700 + end && !hidden.has(transaction),
    };
  }

  #compare(side: 'from' | 'to'): Compare {
    const read = (what: Read['what']): Map<string, Row> => {
      this.beforeRead({side, what});
      this.reads.push({side, what});
      return this.#rows(side);
    };
    return {
      count: async () => BigInt(read('count').size),
      counts: async (tables) => tables.map(() => BigInt(read('count').size)),
      digests: async (_table, ranges) => {
        const seen = read('digest');
        const digests = ranges.map((range) => {
          const rows = inRange(seen, range);
          return {count: BigInt(rows.length), sums: [rows.reduce((sum, row) => sum + textHash(JSON.stringify(row)), 0n)]};
        });
        return {digests, bracket: this.#bracket(side)};
      },
      rowDigests: async (_table, where) => {
        const chosen = isKeys(where) ? withKeys(read('keys'), where) : inRange(read('range'), where);
        return {
          rows: hashesOf(chosen),
          bracket: this.#bracket(side),
        };
      },
      read: async (_table, where) => ({
        rows: isKeys(where) ? withKeys(read('keys'), where) : inRange(read('range'), where),
        bracket: this.#bracket(side),
      }),
      rowHashes: async (_table, keys) => hashesOf(withKeys(read('keys'), keys)),
      rows: async (_table, keys) => withKeys(this.#rows(side), keys),
      split: async (_table, range, size) => cut(this.#rows(side), range, size),
      sampleKeys: async () => [...this.#rows(side).values()].map(idOf),
    };
  }
}

/** `count` rows, written and applied before anything is remembered. */
export const sidesWith = (count: number): SimulatedSides => {
  const sides = new SimulatedSides();
  for (let i = 0; i < count; i++) sides.write(rowId(i), rowOf(rowId(i)));
  sides.apply();
  sides.forget();
  return sides;
};

/** In the order of their numbers. */
export const rowId = (i: number): string => String(i).padStart(6, '0');

/** Key, kind and columns of each difference. */
export const differences = ({tables}: VerifyReport) =>
  tables.flatMap((table) => table.differences.map(({key, kind, columns}) => [key[0], kind, ...columns]));

const isKeys = (where: KeyRange | readonly Key[]): where is readonly Key[] => Array.isArray(where);

const withKeys = (rows: Map<string, Row>, keys: readonly Key[]): Row[] =>
  keys.map(([id]) => rows.get(id ?? '')).filter((row) => row !== undefined);

const hashesOf = (rows: readonly Row[]) => new Map(rows.map((row) => [keyText(idOf(row)), {key: idOf(row), hash: JSON.stringify(row)}]));

const idOf = (row: Row): Key => [row['id'] ?? ''];

const put = (rows: Map<string, Row>, key: string, row: Row | undefined): void => {
  if (row) rows.set(key, row);
  else rows.delete(key);
};

const inRange = (rows: Map<string, Row>, {after, to}: KeyRange): Row[] =>
  [...rows]
    .filter(([id]) => (!after || id > (after[0] ?? '')) && (!to || id <= (to[0] ?? '')))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);

const cut = (rows: Map<string, Row>, range: KeyRange, size: number): KeyRange[] => {
  const ids = inRange(rows, range).map(idOf);
  const bounds = [range.after, ...ids.filter((_, i) => (i + 1) % size === 0 && i + 1 < ids.length), range.to];
  return bounds.slice(1).map((to, i) => ({after: bounds[i], to}));
};

const textHash = (text: string): bigint => {
  let hash = 14695981039346656037n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 1099511628211n);
  return hash;
};
