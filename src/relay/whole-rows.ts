/**
 * Rows that a message does not carry whole are read from the source, in an order that the source has been in. A row that is
 * read alone is newer than the stream: with indexes and foreign keys in place it could meet what is not there yet, or is there
 * still. So one state of the source is held, rows are read from that, and every transaction up to that state is joined with
 * the one that asked: what is stored then is a state that the source was in. A mark behind it says where it ends.
 *
 * Within such a group a row has its last values from the first message on. One that is gone in the end never comes: its
 * insert is left out, and its delete; in the window of the replay it is deleted instead.
 */
import type {HeldState, MayReread} from '../engine/engine.ts';
import {type Change, type Key, keyText, type Row, type StreamEvent} from '../model/change.ts';
import {assert} from '../model/assert.ts';
import {TransientError} from '../model/errors.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';

export type WholeRowsOf = {
  readonly tables: readonly Table[];
  readonly hold: (delivered: ReadonlySet<string>) => Promise<HeldState>;
  /** Writes what will come behind everything that is held. */
  readonly mark: () => Promise<unknown>;
  readonly mayReread: MayReread;
  /** So much waits that all of it cannot be one transaction: rows are then read alone, where they may be. */
  readonly isFarBehind: () => Promise<boolean>;
};

type Reread = Extract<Change, {readonly kind: 'reread'}>;
type Commit = Extract<StreamEvent, {readonly type: 'commit'}>;
type Open = {readonly id: string; isOurs: boolean; readonly alone: Set<string>};

export class WholeRows {
  readonly #options: WholeRowsOf;
  readonly #tables: ReadonlyMap<string, Table>;
  #held: HeldState | undefined;
  #open: Open | undefined;
  #ready: StreamEvent[] = [];
  /** Of the group, with rows that are still to be read. */
  #unread: StreamEvent[] = [];
  /** The last of the group so far: whether another joins it is not known yet. */
  #commit: Commit | undefined;
  /** Rows of the group whose insert was left out. */
  readonly #omitted = new Set<string>();

  constructor(options: WholeRowsOf) {
    this.#options = options;
    this.#tables = new Map(options.tables.map((table) => [nameOf(table.name), table]));
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  async *of(stream: AsyncIterable<readonly StreamEvent[]>): AsyncGenerator<readonly StreamEvent[]> {
    try {
      for await (const events of stream) {
        for (const event of events) {
          if (this.#isAsking(event)) {
            if (this.#ready.length) yield this.#taken();
            await this.#decide(event.change.table);
          }
          await this.#take(event);
        }
        await this.#read();
        if (this.#ready.length) yield this.#taken();
      }
    } finally {
      await this.#held?.close();
    }
  }

  #taken(): readonly StreamEvent[] {
    const events = this.#ready;
    this.#ready = [];
    return events;
  }

  /** Only when all before it has been consumed is it known how its table stands. */
  #isAsking(event: StreamEvent): event is {readonly type: 'change'; readonly change: Reread} {
    if (event.type !== 'change' || event.change.kind !== 'reread' || this.#held || !this.#open || this.#open.isOurs) return false;
    return !this.#open.alone.has(nameOf(event.change.table));
  }

  async #decide(table: TableName): Promise<void> {
    if (!this.#open) return;
    if (this.#options.mayReread(table) && (await this.#options.isFarBehind())) {
      this.#open.alone.add(nameOf(table));
      return;
    }
    this.#held = await this.#options.hold(new Set([this.#open.id]));
    await this.#options.mark();
  }

  async #take(event: StreamEvent): Promise<void> {
    if (event.type === 'begin') {
      await this.#join(event.transaction);
      this.#open = {id: event.transaction, isOurs: false, alone: new Set()};
    }
    if (event.type === 'ours' && this.#open) this.#open.isOurs = true;
    if (event.type === 'change' && this.#open?.isOurs) return; // nobody carries back what was carried here
    if (event.type === 'commit') this.#open = undefined;
    if (!this.#held) this.#ready.push(event);
    else if (event.type === 'commit') this.#commit = event;
    else if (event.type !== 'idle') this.#unread.push(event);
  }

  /** The first transaction that is not held ends the group. */
  async #join(transaction: string): Promise<void> {
    if (!this.#held || !this.#commit) return;
    const joins = this.#held.sees(transaction);
    if (joins) this.#unread.push({...this.#commit, joins});
    else await this.#end(this.#held, this.#commit);
    this.#commit = undefined;
  }

  async #end(held: HeldState, commit: Commit): Promise<void> {
    await this.#read();
    if (this.#omitted.size) throw betweenCommits();
    this.#ready.push(commit);
    this.#held = undefined;
    await held.close();
  }

  /** What has come of the group so far. */
  async #read(): Promise<void> {
    if (!this.#held) return;
    const rows = await this.#rows(this.#held);
    for (const event of this.#unread) {
      const change = event.type === 'change' ? this.#whole(event.change, rows) : undefined;
      if (change) this.#ready.push({type: 'change', change});
      else if (event.type !== 'change') this.#ready.push(event);
    }
    this.#unread = [];
  }

  async #rows(held: HeldState): Promise<ReadonlyMap<string, Row>> {
    const wanted = new Map<string, Map<string, Key>>();
    for (const event of this.#unread) {
      if (event.type !== 'change' || event.change.kind !== 'reread') continue;
      const {table, key} = event.change;
      const keys = wanted.get(nameOf(table)) ?? new Map<string, Key>();
      wanted.set(nameOf(table), keys.set(keyText(key), key));
    }
    const found = new Map<string, Row>();
    for (const [name, keys] of wanted) {
      const table = this.#table(name);
      for (const row of await held.rows(table, [...keys.values()])) found.set(idOf(table.name, keyOf(table, row)), row);
    }
    return found;
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    assert(table, `${name} is a table of the stream`);
    return table;
  }

  /** Undefined of what never comes. */
  #whole(change: Change, rows: ReadonlyMap<string, Row>): Change | undefined {
    if (change.kind === 'truncate') return this.#truncated(change);
    if (change.kind !== 'reread' && !this.#omitted.size) return change;
    const {table, key} = change;
    const id = idOf(table, key);
    if (change.kind !== 'reread') return this.#followed(change, id);
    const row = rows.get(id);
    if (row) return {kind: change.isNew ? 'insert' : 'update', table, key, row};
    if (this.#options.mayReread(table)) return {kind: 'delete', table, key}; // the copy may have brought it
    if (change.isNew) this.#omitted.add(id);
    return undefined;
  }

  /** Of a row that may have been left out. */
  #followed<T extends Change>(change: T, id: string): T | undefined {
    if (!this.#omitted.has(id)) return change;
    if (change.kind !== 'update') this.#omitted.delete(id);
    return change.kind === 'insert' ? change : undefined;
  }

  #truncated(change: Extract<Change, {readonly kind: 'truncate'}>): Change {
    const names = change.tables.map(nameOf);
    for (const id of this.#omitted) if (names.some((name) => id.startsWith(`${name}\n`))) this.#omitted.delete(id);
    return change;
  }
}

const idOf = (table: TableName, key: Key): string => `${nameOf(table)}\n${keyText(key)}`;

const keyOf = (table: Table, row: Row): Key => table.key.map((name) => row[name] ?? null);

/** A later transaction could be seen before an earlier one. The next state will be another one. */
const betweenCommits = (): TransientError =>
  new TransientError('the state that rows were read from lies between two commits', {
    code: 'CF-SRC-006',
    next: 'nothing; the rows are read again from another one',
  });
