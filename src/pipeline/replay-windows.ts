/**
 * Which tables are still in their replay window, and what is left on their re-read lists (R6, R7). In memory a mirror
 * of what the target has stored; read again whenever the link starts anew.
 */
import type {StoredWindows, TableKey} from '../engine/engine.ts';
import {keyText, type Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import {replayMode, type ReplayMode} from './replay-form.ts';

type Window = {readonly table: Table; end: Position | undefined; readonly rereads: Map<string, Key>};

export class ReplayWindows {
  readonly #windows: ReadonlyMap<string, Window>;
  readonly #compare: (a: Position, b: Position) => number;
  readonly #lenient: ReadonlySet<string>;
  /** In mode `window`. This and the next are asked with every transaction, and there may be thousands of tables. */
  readonly #open: Set<Window>;
  /** With keys on their lists. */
  readonly #listed = new Set<Window>();
  /** Up to a commit here no window ends; undefined where that is to be found out. */
  #quietTo: Position | undefined;

  /**
   * `lenient`: tables that keep the window's forms for good. A re-read does not hold up the end of their window, because
   * nothing is refused there for being newer than the position; comparisons learn of such rows from the touched keys.
   */
  constructor(
    tables: readonly Table[],
    stored: StoredWindows,
    at: Position,
    compare: (a: Position, b: Position) => number,
    lenient: ReadonlySet<string> = new Set(),
  ) {
    this.#compare = compare;
    this.#lenient = lenient;
    this.#windows = new Map(tables.map((table) => [nameOf(table.name), {table, end: undefined, rereads: new Map<string, Key>()}]));
    this.#open = new Set(this.#windows.values());
    for (const {table, end} of stored.ends) this.#endAt(table, end);
    this.add(stored.rereads);
    this.#update(at);
  }

  #of(table: TableName): Window {
    const window = this.#windows.get(nameOf(table));
    if (!window) throw new Error(`${nameOf(table)} is not a mapped table`);
    return window;
  }

  mode(table: TableName): ReplayMode {
    return this.#open.has(this.#of(table)) ? 'window' : 'strict';
  }

  /** Every table is past its window. */
  get strict(): boolean {
    return this.#open.size === 0;
  }

  /** Whether a transaction that commits at `commit` makes any table strict: what is pending has to be flushed first. */
  wouldChange(commit: Position): boolean {
    return !this.#isQuiet(commit) && [...this.#open].some((window) => this.#endsBy(window, commit));
  }

  begin(commit: Position): void {
    this.#update(commit);
  }

  #update(commit: Position): void {
    if (this.#isQuiet(commit)) return;
    const ended = [...this.#open].filter((window) => this.#endsBy(window, commit));
    for (const window of ended) this.#open.delete(window);
    this.#quietTo = undefined;
  }

  #isQuiet(commit: Position): boolean {
    if (this.strict) return true;
    this.#quietTo ??= this.#firstEnd();
    return this.#quietTo !== undefined && this.#compare(commit, this.#quietTo) <= 0;
  }

  /** Of windows that no list holds open; undefined where one of them has no end to wait for. */
  #firstEnd(): Position | undefined {
    const [first, ...others] = [...this.#open].filter(({rereads}) => rereads.size === 0).map(({end}) => end);
    return others.reduce((a, b) => (a === undefined || b === undefined ? undefined : this.#compare(a, b) <= 0 ? a : b), first);
  }

  #endsBy({end, rereads}: Window, commit: Position): boolean {
    const isPastEnd = !end || this.#compare(commit, end) > 0;
    return replayMode({hasOpenChunks: false, hasRereads: rereads.size > 0, isPastEnd}) === 'strict';
  }

  add(keys: readonly TableKey[]): void {
    for (const {table, key} of keys) {
      const window = this.#of(table);
      window.rereads.set(keyText(key), key);
      this.#listed.add(window);
    }
  }

  /** A repair takes tables back into the window, which is the only way back (R7). */
  reopen(keys: readonly TableKey[]): void {
    this.add(keys);
    for (const {table} of keys) this.#open.add(this.#of(table));
  }

  clear(tables: readonly TableName[]): void {
    for (const table of tables) this.#unlist(this.#of(table), (rereads) => rereads.clear());
  }

  /** A table that was complete at its position has rows that are still to be read again. */
  get isBehind(): boolean {
    return [...this.#listed].some((window) => !this.#open.has(window));
  }

  /** Tables whose list holds up the end of their window, with the keys to read again. */
  due(applied: Position): {readonly table: Table; readonly keys: readonly Key[]}[] {
    return [...this.#listed]
      .filter(({end, rereads}) => !end || this.#compare(applied, end) >= 0 || rereads.size >= REREADS_MAX)
      .map((window) => ({table: window.table, keys: [...window.rereads.values()].slice(0, REREADS_MAX)}));
  }

  /** The keys were read again; everything that read saw is at or before `end`. */
  served(table: TableName, keys: readonly Key[], end: Position): void {
    const window = this.#of(table);
    this.#unlist(window, (rereads) => keys.forEach((key) => rereads.delete(keyText(key))));
    if (!this.#lenient.has(nameOf(table))) this.#endAt(table, end);
  }

  /** The last of several counts. */
  #endAt(table: TableName, end: Position): void {
    const window = this.#of(table);
    if (!window.end || this.#compare(end, window.end) > 0) window.end = end;
  }

  get rereads(): number {
    return [...this.#listed].reduce((total, window) => total + window.rereads.size, 0);
  }

  /** Its window may end sooner now. */
  #unlist(window: Window, take: (rereads: Map<string, Key>) => void): void {
    take(window.rereads);
    if (window.rereads.size === 0) this.#listed.delete(window);
    this.#quietTo = undefined;
  }
}

/** Keys read again in one go. */
const REREADS_MAX = 5000;
