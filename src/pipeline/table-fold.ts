/**
 * The net effect of some changes on one table, key by key. Used by `net-changes.ts` only.
 *
 * What the batch itself has seen in full completes the events that follow it: an update without its large value on a
 * row that was inserted earlier in the batch is a full image, wherever the row went. That value is the same row's by
 * the order of the stream, so this is sound in the window too, unlike any value found on the target.
 */
import {unreachable} from '../model/assert.ts';
import {type Change, type Key, keyText, type Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {RowOperation, TableStep} from '../model/row-operation.ts';
import {nameOf, type Table, writtenColumns} from '../model/table.ts';
import {type Before, type Entry, newEntry, NO_ROW, operationOf, patch, put, remove, standing} from './net-entry.ts';
import type {ReplayForm, ReplayMode, replayForm} from './replay-form.ts';

export type RowChange = Exclude<Change, {readonly kind: 'truncate'}>;

export class TableFold {
  readonly table: Table;
  readonly #written: readonly string[];
  readonly #forms: typeof replayForm;
  #mode: ReplayMode = 'window';
  #entries = new Map<string, Entry>();
  #moves: RowOperation[] = [];
  #steps: TableStep[] = [];
  #rereads: Key[] = [];
  #closedRows = 0;
  #keyTexts: string[] = [];

  constructor(table: Table, forms: typeof replayForm) {
    this.table = table;
    this.#written = writtenColumns(table).map((column) => column.name);
    this.#forms = forms;
  }

  begin(mode: ReplayMode): void {
    this.#mode = mode;
  }

  /** Rows held; a move counts for its two keys. */
  get size(): number {
    return this.#closedRows + this.#entries.size;
  }

  add(change: RowChange): void {
    const id = keyText(change.key);
    switch (change.kind) {
      case 'insert':
        if (!this.#isComplete(change.row)) throw incompleteInsert(this.table, this.#written, change.row);
        return this.#carryOut(this.#forms({kind: 'insert', columns: 'all', keyChanged: false}, this.#mode), change.key, id, change.row);
      case 'delete':
        return this.#carryOut(this.#forms({kind: 'delete', columns: 'all', keyChanged: false}, this.#mode), change.key, id, NO_ROW);
      case 'update':
        return this.#update(change.key, id, change.oldKey, change.row);
      case 'reread':
        return this.#reread(change.key, id, change.oldKey);
      default:
        return unreachable(change);
    }
  }

  /** What stood on the re-read list goes with the rows; the caller clears the stored list, before it applies. */
  truncate(): void {
    this.#close();
    this.#rereads = [];
    this.#steps.push({kind: 'truncate'});
  }

  /** Answers what was folded since the last call, and forgets it. */
  take(): {readonly steps: readonly TableStep[]; readonly rereads: readonly Key[]; readonly keyTexts: readonly string[]} {
    this.#close();
    const taken = {steps: this.#steps, rereads: this.#rereads, keyTexts: this.#keyTexts};
    this.#keyTexts = [];
    this.#steps = [];
    this.#rereads = [];
    this.#closedRows = 0;
    return taken;
  }

  #update(key: Key, id: string, oldKey: Key | undefined, sent: Row): void {
    const oldId = oldKey === undefined ? id : keyText(oldKey);
    const keyChanged = oldId !== id;
    const known = this.#isComplete(sent) ? undefined : this.#entries.get(oldId);
    // What is to be read again is not known in full, whatever it was before.
    const row = known?.after === 'full' && !known.reread ? {...known.row, ...sent} : sent;
    // The row of a partial table has more columns than the event can know, so it is never complete enough to be replaced.
    const columns = this.#isComplete(row) && !(keyChanged && this.table.isPartial) ? 'all' : 'some';
    this.#carryOut(this.#forms({kind: 'update', columns, keyChanged}, this.#mode), key, id, row, oldKey, oldId);
  }

  /** Whatever else the batch does to the key, the row is read afterwards; only tables that stay in window forms come here. */
  #reread(key: Key, id: string, oldKey: Key | undefined): void {
    if (oldKey !== undefined) return this.#carryOut('delete-both-then-reread', key, id, NO_ROW, oldKey, keyText(oldKey));
    this.#entry(key, id, 'any').reread = true;
  }

  #carryOut(form: ReplayForm, key: Key, id: string, row: Row, oldKey: Key = key, oldId: string = id): void {
    switch (form) {
      case 'insert':
        return put(this.#entry(key, id, 'absent'), row);
      case 'update':
        return this.#isComplete(row) ? put(this.#entry(key, id, 'present'), row) : patch(this.#entry(key, id, 'present'), row);
      case 'delete':
        return remove(this.#entry(key, id, 'present'), false);
      case 'delete-then-insert':
        remove(this.#entry(oldKey, oldId, 'present'), false);
        return put(this.#entry(key, id, 'absent'), row);
      case 'move':
        return this.#move(oldKey, oldId, key, id, row);
      case 'upsert':
        return put(this.#entry(key, id, 'any'), row);
      case 'update-else-reread':
        return patch(this.#entry(key, id, 'any'), row);
      case 'delete-if-there':
        return remove(this.#entry(key, id, 'any'), false);
      case 'delete-then-upsert':
        remove(this.#entry(oldKey, oldId, 'any'), false);
        return put(this.#entry(key, id, 'any'), row);
      case 'delete-both-then-reread':
        remove(this.#entry(oldKey, oldId, 'any'), false);
        return remove(this.#entry(key, id, 'any'), true);
      case 'truncate':
        return this.truncate();
      default:
        return unreachable(form);
    }
  }

  /**
   * The entry of a key in the step being built. An event that contradicts the batch, such as an insert over an insert,
   * begins a new step, so that the target meets the contradiction and reports it.
   */
  #entry(key: Key, id: string, before: Before): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) {
      if (known.after !== 'moved' && (before === 'any' || before === standing(known)) && !this.#wouldBlend(known, before)) return known;
      this.#close();
    }
    const entry = newEntry(key, before);
    this.#entries.set(id, entry);
    return entry;
  }

  /** A row that is deleted and inserted again must not keep what the old one had in the columns that are not mapped. */
  #wouldBlend(known: Entry, before: Before): boolean {
    return this.table.isPartial === true && known.after === 'gone' && before === 'absent';
  }

  #move(oldKey: Key, oldId: string, key: Key, id: string, row: Row): void {
    if (this.#entries.has(oldId) || this.#entries.has(id)) this.#close();
    this.#moves.push({form: 'move', oldKey, key, row});
    const moved = newEntry(key, 'any');
    moved.after = 'moved';
    this.#entries.set(oldId, moved).set(id, moved);
  }

  #close(): void {
    if (this.#entries.size === 0) return;
    const operations: RowOperation[] = [];
    for (const entry of this.#entries.values()) {
      const operation = operationOf(entry);
      if (operation !== undefined) operations.push(operation);
      if (entry.reread) this.#rereads.push(entry.key);
    }
    for (const move of this.#moves) operations.push(move);
    if (operations.length > 0) this.#steps.push({kind: 'rows', operations});
    this.#closedRows += this.#entries.size;
    for (const id of this.#entries.keys()) this.#keyTexts.push(id);
    this.#entries = new Map();
    this.#moves = [];
  }

  #isComplete(row: Row): boolean {
    for (const name of this.#written) if (!Object.hasOwn(row, name)) return false;
    return true;
  }
}

const incompleteInsert = (table: Table, written: readonly string[], row: Row): TerminalError => {
  const missing = written.filter((name) => !Object.hasOwn(row, name));
  return new TerminalError(`an insert into ${nameOf(table.name)} came without ${missing.join(', ')}`, {
    code: 'CF-DDL-001',
    next: "Compare the table's columns on the source with those the run started with.",
  });
};
