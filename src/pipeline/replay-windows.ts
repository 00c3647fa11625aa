/**
 * Which tables are still in their replay window, and what is left on their re-read lists (R6, R7). In memory a mirror
 * of what the target has stored; read again whenever the link starts anew.
 */
import {keyText, type Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import {replayMode, type ReplayMode} from './replay-form.ts';

type Window = {readonly table: Table; end: Position | undefined; readonly rereads: Map<string, Key>; mode: ReplayMode};
type Stored = {
  readonly ends: readonly {readonly table: TableName; readonly end: Position}[];
  readonly rereads: readonly {readonly table: TableName; readonly key: Key}[];
};

export class ReplayWindows {
  readonly #windows: ReadonlyMap<string, Window>;
  readonly #compare: (a: Position, b: Position) => number;

  readonly #lenient: ReadonlySet<string>;

  /**
   * `lenient`: tables that keep the window's forms for good. A re-read does not hold up the end of their window, because
   * nothing is refused there for being newer than the position; comparisons learn of such rows from the touched keys.
   */
  constructor(
    tables: readonly Table[],
    stored: Stored,
    at: Position,
    compare: (a: Position, b: Position) => number,
    lenient: ReadonlySet<string> = new Set(),
  ) {
    this.#compare = compare;
    this.#lenient = lenient;
    this.#windows = new Map(
      tables.map((table) => [nameOf(table.name), {table, end: undefined, rereads: new Map<string, Key>(), mode: 'window' as ReplayMode}]),
    );
    for (const {table, end} of stored.ends) this.#of(table).end = end;
    this.add(stored.rereads);
    this.#update(at);
  }

  #of(table: TableName): Window {
    const window = this.#windows.get(nameOf(table));
    if (!window) throw new Error(`${nameOf(table)} is not a mapped table`);
    return window;
  }

  mode(table: TableName): ReplayMode {
    return this.#of(table).mode;
  }

  /** Every table is past its window. */
  get strict(): boolean {
    return [...this.#windows.values()].every((window) => window.mode === 'strict');
  }

  /** Whether a transaction that commits at `commit` makes any table strict: what is pending has to be flushed first. */
  wouldChange(commit: Position): boolean {
    for (const window of this.#windows.values()) if (window.mode === 'window' && this.#modeAt(window, commit) === 'strict') return true;
    return false;
  }

  begin(commit: Position): void {
    this.#update(commit);
  }

  #update(commit: Position): void {
    for (const window of this.#windows.values()) if (window.mode === 'window') window.mode = this.#modeAt(window, commit);
  }

  #modeAt(window: Window, commit: Position): ReplayMode {
    return replayMode({
      hasOpenChunks: false,
      hasRereads: window.rereads.size > 0,
      isPastEnd: !window.end || this.#compare(commit, window.end) > 0,
    });
  }

  add(keys: readonly {readonly table: TableName; readonly key: Key}[]): void {
    for (const {table, key} of keys) this.#of(table).rereads.set(keyText(key), key);
  }

  /** A repair takes tables back into the window, which is the only way back (R7). */
  reopen(keys: readonly {readonly table: TableName; readonly key: Key}[]): void {
    this.add(keys);
    for (const {table} of keys) this.#of(table).mode = 'window';
  }

  clear(tables: readonly TableName[]): void {
    for (const table of tables) this.#of(table).rereads.clear();
  }

  /** A table that was complete at its position has rows that are still to be read again. */
  get isBehind(): boolean {
    return [...this.#windows.values()].some(({mode, rereads}) => mode === 'strict' && rereads.size > 0);
  }

  /** Tables whose list holds up the end of their window, with the keys to read again. */
  due(applied: Position): {readonly table: Table; readonly keys: readonly Key[]}[] {
    return [...this.#windows.values()]
      .filter(
        (window) =>
          window.rereads.size > 0 && (!window.end || this.#compare(applied, window.end) >= 0 || window.rereads.size >= REREADS_MAX),
      )
      .map((window) => ({table: window.table, keys: [...window.rereads.values()].slice(0, REREADS_MAX)}));
  }

  /** The keys were read again; everything that read saw is at or before `end`. */
  served(table: TableName, keys: readonly Key[], end: Position): void {
    const window = this.#of(table);
    for (const key of keys) window.rereads.delete(keyText(key));
    if (this.#lenient.has(nameOf(table))) return;
    if (!window.end || this.#compare(end, window.end) > 0) window.end = end;
  }

  get rereads(): number {
    return [...this.#windows.values()].reduce((total, window) => total + window.rereads.size, 0);
  }
}

/** Keys read again in one go. */
const REREADS_MAX = 5000;
