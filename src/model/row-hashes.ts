/** What a comparison knows of single rows: one hash per key, by the key's text. Pure. */
import {type Key, keyText} from './change.ts';

export type RowHash = {readonly key: Key; readonly hash: string};
export type RowHashes = ReadonlyMap<string, RowHash>;

/** Rows that share a key (a side may have lost its unique index) count together, in no order, so that none hides another. */
export const hashesByKey = (rows: Iterable<RowHash>): RowHashes => {
  const found = new Map<string, RowHash>();
  for (const {key, hash} of rows) {
    const text = keyText(key);
    const earlier = found.get(text);
    found.set(text, {key, hash: earlier ? [...earlier.hash.split('+'), hash].toSorted().join('+') : hash});
  }
  return found;
};
