/** What a link has done so far, for everybody who waits for it. Outlives the single passes over the stream. */
import type {TableKey} from '../engine/engine.ts';
import type {Change, Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {TouchedKeys} from '../model/stream-evidence.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';
import type {ChangedKeys} from './changed-keys.ts';
import {createTouchedIndex, type TouchedIndex} from './touched-index.ts';
import {Waiters} from './waiters.ts';

/** Marks remembered for a waiter that comes late. */
const MARKS_MAX = 1000;
/** Touched keys kept for comparisons; older ones count as touched. */
const TOUCHED_KEYS_MAX = 100_000;

/** Changes known to a comparison that begins now: far more than can be invisible at one moment. */
const RECENT_MAX = 2000;

export class LinkProgress {
  readonly #compare: (a: Position, b: Position) => number;
  readonly #telemetry: Telemetry;
  readonly #positions = new Waiters<Position>();
  readonly #marksWaiting = new Waiters<{readonly content: string; readonly position: Position}>();
  readonly #strictWaiting = new Waiters<boolean>();
  readonly #unpaused = new Waiters<boolean>();
  readonly #marks = new Map<string, Position>();
  readonly #indexes = new Set<TouchedIndex>();
  readonly #recent: Touch[] = [];
  readonly #asked: TableKey[] = [];
  #recentAt = 0;
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
    if (this.#marks.size > MARKS_MAX) for (const oldest of [...this.#marks.keys()].slice(0, 1)) this.#marks.delete(oldest);
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
    const [keys, tables] = [keysOf(change), change.kind === 'truncate' ? change.tables : []];
    for (const table of tables) this.#changed.truncate(table);
    this.#touch((index) => {
      for (const table of tables) index.truncate(table, commit, transaction);
      for (const {table, key} of keys) index.add(table, key, commit, transaction);
    });
  }

  /** Rows that were read anew may be newer than the position of the receiving side until the stream has passed `to`. */
  reread(table: TableName, keys: readonly Key[], from: Position, to: Position): void {
    for (const key of keys) {
      this.#changed.add(table, key);
      this.#touch((index) => index.reread(table, key, from, to));
    }
  }

  #touch(touch: Touch): void {
    this.#recent[this.#recentAt] = touch;
    this.#recentAt = (this.#recentAt + 1) % RECENT_MAX;
    for (const index of this.#indexes) touch(index);
  }

  /** Before the receiving side commits them. */
  written(rows: readonly {readonly table: TableName; readonly keyTexts: readonly string[]}[]): void {
    for (const {table, keyTexts} of rows) this.#changed.addTexts(table, keyTexts);
  }

  /** As `ChangedKeys.begin`, with the newest changes, for the same reason as `remember`. */
  beginComparison(tables: readonly TableName[]): number {
    this.#changed.begin(tables);
    const compared = onlyOf(tables, this.#changed);
    for (const touch of this.#newest()) touch(compared);
    return this.#changed.begin(tables);
  }

  #newest(): readonly Touch[] {
    return [...this.#recent.slice(this.#recentAt), ...this.#recent.slice(0, this.#recentAt)];
  }

  /** Begins with the newest changes: one of them may be applied already and still be invisible on the sending side (R11). */
  remember(): TouchedKeys {
    const index = createTouchedIndex(this.#compare, TOUCHED_KEYS_MAX);
    for (const touch of this.#newest()) touch(index);
    this.#indexes.add(index);
    return {
      touched: (...request) => index.touched(...request),
      pending: (...request) => index.pending(...request),
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

/** What a change adds to an index, and to one that begins later. */
type Touched = Pick<TouchedIndex, 'add' | 'reread' | 'truncate'>;
type Touch = (index: Touched) => void;

/** What other tables were touched by is known of them already: a truncate told again would make all of their rows wait once more. */
const onlyOf = (tables: readonly TableName[], changed: ChangedKeys): Touched => {
  const names = new Set(tables.map(nameOf));
  const isOne = (table: TableName): boolean => names.has(nameOf(table));
  return {
    add: (table, key) => isOne(table) && changed.add(table, key),
    reread: (table, key) => isOne(table) && changed.reread(table, key),
    truncate: (table) => isOne(table) && changed.truncate(table),
  };
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
