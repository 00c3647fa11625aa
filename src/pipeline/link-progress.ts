/** What a link has done so far, for everybody who waits for it. Outlives the single passes over the stream. */
import type {TableKey} from '../engine/engine.ts';
import type {Change, Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {TableName} from '../model/table.ts';
import type {TouchedKeys} from '../model/stream-evidence.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';
import type {ChangedKeys} from './changed-keys.ts';
import type {SetAside} from './set-aside.ts';
import {createTouchedIndex, type TouchedIndex} from './touched-index.ts';
import {Waiters} from './waiters.ts';

/** Marks remembered for a waiter that comes late. */
const MARKS_MAX = 1000;
/** Touched keys kept for comparisons; older ones count as touched. */
const TOUCHED_KEYS_MAX = 100_000;

/** Transactions that may still be invisible: far more than a server has sessions, each of which has one at most. */
const DELIVERED_MAX = 10_000;

export class LinkProgress {
  readonly #compare: (a: Position, b: Position) => number;
  readonly #telemetry: Telemetry;
  readonly #positions = new Waiters<Position>();
  readonly #marksWaiting = new Waiters<{readonly content: string; readonly position: Position}>();
  readonly #strictWaiting = new Waiters<boolean>();
  readonly #unpaused = new Waiters<boolean>();
  readonly #marks = new Map<string, Position>();
  readonly #indexes = new Set<TouchedIndex>();
  readonly #delivered = new Set<string>();
  readonly #asked: TableKey[] = [];
  #aside: SetAside | undefined;
  #isPaused = false;
  #changes = 0;
  #broken: string | undefined;
  applied: Position | undefined;
  strict = false;

  readonly #changed: ChangedKeys;

  constructor(compare: (a: Position, b: Position) => number, telemetry: Telemetry, changed: ChangedKeys) {
    this.#compare = compare;
    this.#telemetry = telemetry;
    this.#changed = changed;
  }

  /** Shown under that key until the stream flows again. */
  broke(key: string, wait: Wait): void {
    this.#broken = key;
    this.#telemetry.wait(key, wait);
  }

  /** Called for whatever the sending side says. */
  flows(): void {
    if (this.#broken === undefined) return;
    this.#telemetry.wait(this.#broken, undefined);
    this.#broken = undefined;
  }

  /** How many rows are still to be read again; answers what it is given. */
  left(rereads: number): number {
    this.#telemetry.gauge('rereads', rereads);
    return rereads;
  }

  /** What a pass leaves out, from its beginning on. */
  parks(aside: SetAside): void {
    this.#aside = aside;
  }

  get parked(): number {
    return this.#aside?.parked ?? 0;
  }

  moved(position: Position, strict: boolean): void {
    this.applied = position;
    this.strict = strict;
    this.#positions.offer(position);
    this.#strictWaiting.offer(strict);
  }

  appliedRows(rows: number): void {
    this.#changes += rows;
    this.#telemetry.gauge('changesApplied', this.#changes);
  }

  mark(content: string, position: Position): void {
    this.#marks.set(content, position);
    if (this.#marks.size > MARKS_MAX) dropOldest(this.#marks);
    this.#marksWaiting.offer({content, position});
  }

  async untilMark(content: string, signal: AbortSignal): Promise<Position> {
    const known = this.#marks.get(content);
    return known ?? (await this.#marksWaiting.until((mark) => mark.content === content, signal)).position;
  }

  async untilReached(position: Position, signal: AbortSignal): Promise<void> {
    if (this.applied && this.#compare(this.applied, position) >= 0) return;
    await this.#positions.until((at) => this.#compare(at, position) >= 0, signal);
  }

  touched(change: Change, commit: Position, transaction: string): void {
    const tables = change.kind === 'truncate' ? change.tables : [];
    for (const table of tables) this.#changed.truncate(table);
    this.#deliver(transaction);
    for (const index of this.#indexes) {
      for (const table of tables) index.truncate(table, commit, transaction);
      for (const {table, key} of keysOf(change)) index.add(table, key, commit, transaction);
    }
  }

  /** Rows that were read anew may be newer than the position of the receiving side until the stream has passed `to`. */
  reread(table: TableName, keys: readonly Key[], from: Position, to: Position): void {
    for (const key of keys) {
      this.#changed.add(table, key);
      for (const index of this.#indexes) index.reread(table, key, from, to);
    }
  }

  #deliver(transaction: string): void {
    if (this.#delivered.has(transaction)) return;
    this.#delivered.add(transaction);
    if (this.#delivered.size > DELIVERED_MAX) dropOldest(this.#delivered);
  }

  /** Transactions that were delivered and have not been `seen`. Their changes may be applied while a reader of the sending side misses them. */
  get delivered(): ReadonlySet<string> {
    return new Set(this.#delivered);
  }

  /** A read of the sending side that began after these were delivered saw them. */
  seen(transactions: ReadonlySet<string>): void {
    for (const transaction of transactions) this.#delivered.delete(transaction);
  }

  /** Before the receiving side commits them. */
  written(rows: readonly {readonly table: TableName; readonly keyTexts: readonly string[]}[]): void {
    for (const {table, keyTexts} of rows) this.#changed.addTexts(table, keyTexts);
  }

  /** What is touched from now on. Sound once everything delivered before is visible on the sending side (R11). */
  remember(): TouchedKeys {
    const index = createTouchedIndex(this.#compare, TOUCHED_KEYS_MAX);
    this.#indexes.add(index);
    return {
      touched: (...request) => index.touched(...request),
      pending: (...request) => index.pending(...request),
      isParked: (table, key) => this.#aside?.has(table, key) ?? false,
      stop: () => void this.#indexes.delete(index),
    };
  }

  /** Asked for by a repair; the pass takes them up between two transactions. */
  ask(keys: readonly TableKey[]): void {
    this.#asked.push(...keys);
  }

  takeAsked(): readonly TableKey[] {
    return this.#asked.splice(0);
  }

  set paused(paused: boolean) {
    this.#isPaused = paused;
    this.#unpaused.offer(!paused);
  }

  /** Between transactions only; the stream's own status messages go on meanwhile. */
  async whilePaused(signal: AbortSignal): Promise<void> {
    if (this.#isPaused) await this.#unpaused.until((isRunning) => isRunning, signal);
  }

  fail(error: unknown): void {
    for (const waiters of [this.#positions, this.#marksWaiting, this.#strictWaiting]) waiters.fail(error);
  }
}

/** Both kinds keep the order in which keys came. */
const dropOldest = (keyed: Map<string, unknown> | Set<string>): void => {
  for (const oldest of keyed.keys()) {
    keyed.delete(oldest);
    return;
  }
};

/** Both keys when a key changed. */
const keysOf = (change: Change): readonly TableKey[] => {
  if (change.kind === 'truncate') return [];
  const {table, key} = change;
  return 'oldKey' in change && change.oldKey
    ? [
        {table, key},
        {table, key: change.oldKey},
      ]
    : [{table, key}];
};
