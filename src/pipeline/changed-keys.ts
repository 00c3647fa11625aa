/**
 * Which rows the stream has changed since they were compared: per table the keys of its changes, both keys when a key
 * changed. Kept by a link for as long as it lives; a link that begins knows of no comparison, so all of every table
 * counts as changed, and no key is held. The same after a truncate, and where more keys wait than are held.
 *
 * A change is added before the receiving side commits it. So whoever takes keys, reads the sending side
 * and then waits until the receiving side has what that read could see, may forget the rows that were equal: what came
 * later is added again.
 */
import {assert} from '../model/assert.ts';
import {type Key, keyOfText, keyText} from '../model/change.ts';
import {nameOf, type TableName} from '../model/table.ts';

/** `sinceMs`: when the oldest change arrived that has not been compared, by the monotonic clock. */
export type WaitingKey = {readonly key: Key; readonly sinceMs: number};
export type WaitingRows = {readonly table: TableName; readonly keys: readonly WaitingKey[]};
type Taken = readonly WaitingRows[];

/** About 100 bytes each. */
const KEYS_MAX = 300_000;

type Tracked = {
  readonly name: TableName;
  /** Oldest first: since when, in whole milliseconds, by the key's text. Texts and small numbers, because there are many. */
  keys: Map<string, number>;
  /** The turn in which all of the table became changed, until a comparison of all of it has passed. */
  whole: number | undefined;
  /** Keys are of use to nobody where all of the table waits and no comparison of it has begun. */
  isCollecting: boolean;
};

export class ChangedKeys {
  readonly #nowMs: () => number;
  readonly #keysMax: number;
  readonly #byName: ReadonlyMap<string, Tracked>;
  /** By the name's object, which a link makes once per table: no text is built per change. */
  readonly #byObject = new WeakMap<TableName, Tracked>();
  readonly #taken = new Set<Taken>();
  readonly #takenTexts = new WeakMap<WaitingRows, ReadonlySet<string>>();
  #turn = 0;
  #size = 0;

  constructor(tables: readonly TableName[], nowMs: () => number, keysMax = KEYS_MAX) {
    this.#nowMs = nowMs;
    this.#keysMax = keysMax;
    this.#byName = new Map(tables.map((name) => [nameOf(name), {name, keys: new Map(), whole: 0, isCollecting: false}]));
  }

  /** Keys that wait, those that are being compared included. */
  get size(): number {
    return this.#size + [...this.#taken].flat().reduce((sum, {keys}) => sum + keys.length, 0);
  }

  /** Tables of which all waits. */
  get whole(): readonly TableName[] {
    return [...this.#byName.values()].filter(({whole}) => whole !== undefined).map(({name}) => name);
  }

  get oldestSinceMs(): number | undefined {
    const taken = [...this.#taken].flatMap((rows) => rows.flatMap(({keys}) => keys[0]?.sinceMs ?? []));
    const oldest = Math.min(...[...this.#byName.values()].map(oldestOf), ...taken);
    return oldest === Infinity ? undefined : oldest;
  }

  /** Whether that row waits. Where all of its table does, no key is known. */
  has(table: TableName, key: Key): boolean {
    const tracked = this.#of(table);
    const text = keyText(key);
    const isTaken = (rows: WaitingRows): boolean => this.#of(rows.table) === tracked && this.#textsOf(rows).has(text);
    return tracked.keys.has(text) || [...this.#taken].some((taken) => taken.some(isTaken));
  }

  /** Made when somebody asks for it, which is when rows differ. */
  #textsOf(rows: WaitingRows): ReadonlySet<string> {
    const texts = this.#takenTexts.get(rows) ?? new Set(rows.keys.map(({key}) => keyText(key)));
    this.#takenTexts.set(rows, texts);
    return texts;
  }

  add(table: TableName, key: Key): void {
    this.addTexts(table, [keyText(key)]);
  }

  addTexts(table: TableName, keyTexts: readonly string[]): void {
    const tracked = this.#of(table);
    if (!tracked.isCollecting) return;
    const {keys} = tracked;
    const before = keys.size;
    const nowMs = Math.trunc(this.#nowMs());
    for (const text of keyTexts) if (!keys.has(text)) keys.set(text, nowMs);
    this.#size += keys.size - before;
    if (this.#size > this.#keysMax) this.#overflow();
  }

  /** Rows that were read anew are rows that were written. */
  reread(table: TableName, key: Key): void {
    this.add(table, key);
  }

  truncate(table: TableName): void {
    this.#becomeWhole(this.#of(table));
  }

  /** Before the first read of a comparison of all rows of these tables; `passed` wants the answer when it was clean. */
  begin(tables: readonly TableName[]): number {
    for (const table of tables) this.#of(table).isCollecting = true;
    return this.#turn;
  }

  /** That comparison found every row equal: what waits now is what changed since it began, and what had waited before. */
  passed(turn: number, tables: readonly TableName[]): void {
    for (const table of tables) {
      const tracked = this.#of(table);
      if (tracked.whole !== undefined && tracked.whole <= turn) tracked.whole = undefined;
    }
  }

  /** At most `max` keys, the oldest first within a table, to be compared now; `settle` has to follow, whatever happens. */
  take(max: number): Taken {
    let room = max;
    const taken: WaitingRows[] = [];
    for (const tracked of [...this.#byName.values()].sort((a, b) => oldestOf(a) - oldestOf(b))) {
      const keys = takeFrom(tracked, room);
      if (keys.length) taken.push({table: tracked.name, keys});
      room -= keys.length;
      this.#size -= keys.length;
    }
    this.#taken.add(taken);
    return taken;
  }

  /** What was taken has been compared, but for these. */
  settle(taken: Taken, open: readonly {readonly table: TableName; readonly keys: readonly Key[]}[]): void {
    this.#taken.delete(taken);
    for (const {table, keys} of open) {
      const tracked = this.#of(table);
      if (!tracked.isCollecting) continue;
      const wanted = new Set(keys.map(keyText));
      const waited = taken.filter((rows) => this.#of(rows.table) === tracked).flatMap((rows) => rows.keys);
      const returned = new Map(waited.map(({key, sinceMs}) => [keyText(key), sinceMs] as const).filter(([text]) => wanted.has(text)));
      this.#size -= tracked.keys.size;
      for (const [text, sinceMs] of tracked.keys) if (!returned.has(text)) returned.set(text, sinceMs);
      tracked.keys = returned;
      this.#size += returned.size;
    }
    if (this.#size > this.#keysMax) this.#overflow();
  }

  /** The table with the most keys gives up its own. */
  #overflow(): void {
    const [largest] = [...this.#byName.values()].sort((a, b) => b.keys.size - a.keys.size);
    assert(largest, 'a key belongs to a table');
    this.#becomeWhole(largest);
  }

  #becomeWhole(tracked: Tracked): void {
    this.#size -= tracked.keys.size;
    tracked.keys = new Map();
    tracked.isCollecting = false;
    tracked.whole = ++this.#turn;
  }

  #of(table: TableName): Tracked {
    const known = this.#byObject.get(table) ?? this.#byName.get(nameOf(table));
    assert(known, `a change of ${nameOf(table)}, which is not one of the mapped tables`);
    this.#byObject.set(table, known);
    return known;
  }
}

const oldestOf = ({keys}: Tracked): number => keys.values().next().value ?? Infinity;

const takeFrom = ({keys}: Tracked, max: number): WaitingKey[] => {
  const taken: WaitingKey[] = [];
  for (const [text, sinceMs] of keys) {
    if (taken.length >= max) break;
    keys.delete(text);
    taken.push({key: keyOfText(text), sinceMs});
  }
  return taken;
};
