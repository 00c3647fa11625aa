/**
 * Which statement one event of the stream becomes. One table, decided here and nowhere else (R5, R7); `net-changes.ts`
 * folds the answers. `test/model/copy-model.test.ts` runs every interleaving of small workloads through it.
 *
 * Inside the replay window a row on the target may be newer than the event, or absent, or **another row** at the same
 * key. So a value found on the target may stay where it is, but is never carried to another key. The shortest way to
 * lose a value with `UPDATE … SET key = new WHERE key = old`: row A (large value a) sits at key 0; the stream holds
 * "A moves 0 → 2, large value unchanged" and "C inserted at 0". The chunk with key 0 is read after both (C, c), the
 * chunk with key 2 before (nothing). The move takes **C's** c to key 2 and the insert restores key 0: the target keeps
 * A with c for ever, no statement is surprised, and only a checksum would find it.
 */
import {unreachable} from '../model/assert.ts';

/** `window`: from the end of a table's chunks until the stream has passed their end position. */
export type ReplayMode = 'window' | 'strict';

export type ReplayEvent = {
  readonly kind: 'insert' | 'update' | 'delete' | 'truncate';
  /** `some`: the stream left out large values that did not change. */
  readonly columns: 'all' | 'some';
  readonly keyChanged: boolean;
};

export type ReplayForm =
  // Strict: each must meet exactly the row it names; anything else is a surprise.
  | 'insert'
  | 'update'
  | 'delete'
  | 'delete-then-insert'
  | 'move'
  // Window: each may be repeated, and none demands that a row is there or is not.
  | 'upsert'
  | 'update-else-reread'
  | 'delete-if-there'
  | 'delete-then-upsert'
  | 'delete-both-then-reread'
  // Both: all later rows are in the stream in full, or are read again.
  | 'truncate';

/** Asked by `table-fold.ts` for every event, after the event was completed from what its batch already knows. */
export const replayForm = (event: ReplayEvent, mode: ReplayMode): ReplayForm => {
  if (event.kind === 'truncate') return 'truncate';
  return mode === 'window' ? windowForm(event.kind, event) : strictForm(event.kind, event);
};

/**
 * The mode of one table for one transaction. It leaves the window once and goes back only through a journaled repair
 * or recopy, which sets a new end.
 */
export const replayMode = (table: {
  readonly hasOpenChunks: boolean;
  /** The stored re-read list of the table has an entry. */
  readonly hasRereads: boolean;
  /** The transaction's commit lies after the end of every chunk and of every re-read. */
  readonly isPastEnd: boolean;
}): ReplayMode => (table.hasOpenChunks || table.hasRereads || !table.isPastEnd ? 'window' : 'strict');

type RowKind = Exclude<ReplayEvent['kind'], 'truncate'>;

const windowForm = (kind: RowKind, {columns, keyChanged}: ReplayEvent): ReplayForm => {
  switch (kind) {
    case 'insert':
      return 'upsert';
    case 'delete':
      return 'delete-if-there';
    case 'update':
      if (keyChanged) return columns === 'all' ? 'delete-then-upsert' : 'delete-both-then-reread';
      return columns === 'all' ? 'upsert' : 'update-else-reread';
    default:
      return unreachable(kind);
  }
};

/** The target equals the source at its position, so the plain statement is the right one. */
const strictForm = (kind: RowKind, {columns, keyChanged}: ReplayEvent): ReplayForm => {
  switch (kind) {
    case 'insert':
      return 'insert';
    case 'delete':
      return 'delete';
    case 'update':
      if (keyChanged) return columns === 'all' ? 'delete-then-insert' : 'move';
      return 'update';
    default:
      return unreachable(kind);
  }
};
