/**
 * Folds the changes of one or several source transactions into what has to be done to each table: per key only the
 * net effect, so that the target runs few, wide statements. Called by the applier, which adds changes while they arrive
 * and takes what is held at a commit, or earlier when `size` grows large (then several takes make one target
 * transaction).
 *
 * Rules for the caller:
 * - A table's mode is asked at its first change after a `take` and holds until the next one. A batch that begins in the
 *   window and runs past its end stays in the window, which is sound; the opposite cannot happen, since strict never
 *   goes back.
 * - A `truncate` step clears the stored re-read list of its table *before* the batch is applied: entries that the batch
 *   itself adds, here or as `missing`, come after the truncate and stay.
 * - Within a step only keys are kept apart. Folding forgets the order in which *other* unique columns changed hands
 *   (a swap of two unique values has no order at all), so when the target refuses a batch for a unique index, roll it
 *   back and add the same changes again with a `take` after each one.
 */
import {assert} from '../model/assert.ts';
import type {Change, Key} from '../model/change.ts';
import type {TableBatch} from '../model/row-operation.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import {type ReplayMode, replayForm} from './replay-form.ts';
import {TableFold} from './table-fold.ts';

export type NetBatch = {
  /** Tables in the order of their first change. */
  readonly tables: readonly TableBatch[];
  /** Keys for the re-read list, stored in the same commit. */
  readonly rereads: readonly {readonly table: TableName; readonly key: Key}[];
  /** Keys of the rows that were changed, both when a key was, as `keyText` writes them. */
  readonly changed: readonly {readonly table: TableName; readonly keyTexts: readonly string[]}[];
};

export interface NetChanges {
  add(change: Change): void;
  /** Rows held since the last `take`. */
  readonly size: number;
  /** Answers the net effect so far, and forgets it. */
  take(): NetBatch;
}

/** `forms` is replaced only by the explorer, to prove that it would find a wrong form. */
export const netChanges = (
  mode: (table: TableName) => ReplayMode,
  tables: readonly Table[],
  forms: typeof replayForm = replayForm,
): NetChanges => new Folds(mode, tables, forms);

class Folds implements NetChanges {
  size = 0;
  readonly #mode: (table: TableName) => ReplayMode;
  readonly #folds: ReadonlyMap<string, TableFold>;
  /** By the name's object, which a stream reader makes once per table: no text is built per change. */
  readonly #byObject = new WeakMap<TableName, TableFold>();
  #touched = new Set<TableFold>();

  constructor(mode: (table: TableName) => ReplayMode, tables: readonly Table[], forms: typeof replayForm) {
    this.#mode = mode;
    this.#folds = new Map(tables.map((table) => [nameOf(table.name), new TableFold(table, forms)]));
  }

  add(change: Change): void {
    if (change.kind === 'truncate') {
      for (const table of change.tables) this.#fold(table).truncate();
      return;
    }
    const fold = this.#fold(change.table);
    const held = fold.size;
    fold.add(change);
    this.size += fold.size - held;
  }

  take(): NetBatch {
    const tables: TableBatch[] = [];
    const rereads: {table: TableName; key: Key}[] = [];
    const changed: {table: TableName; keyTexts: readonly string[]}[] = [];
    for (const fold of this.#touched) {
      const table = fold.table.name;
      const taken = fold.take();
      if (taken.steps.length > 0) tables.push({table, steps: taken.steps});
      for (const key of taken.rereads) rereads.push({table, key});
      changed.push({table, keyTexts: taken.keyTexts});
    }
    this.#touched = new Set();
    this.size = 0;
    return {tables, rereads, changed};
  }

  #fold(table: TableName): TableFold {
    const fold = this.#byObject.get(table) ?? this.#find(table);
    if (this.#touched.has(fold)) return fold;
    this.#touched.add(fold);
    fold.begin(this.#mode(fold.table.name));
    return fold;
  }

  #find(table: TableName): TableFold {
    const fold = this.#folds.get(nameOf(table));
    assert(fold !== undefined, `a change of ${nameOf(table)}, which is not one of the mapped tables`);
    this.#byObject.set(table, fold);
    return fold;
  }
}
