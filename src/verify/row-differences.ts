/** What two reads of the same rows say about each key. Pure. */
import {type Key, keyText, type Row} from '../model/change.ts';
import type {RowHashes} from '../model/row-hashes.ts';
import type {Difference} from './verifier.ts';

export type Found = {readonly key: Key; readonly kind: Difference['kind']};

/** `missing`: on the sending side only. `extra`: on the receiving side only. */
export const differingKeys = (from: RowHashes, to: RowHashes): Found[] => {
  const found: Found[] = [];
  for (const [text, {key, hash}] of from) {
    const other = to.get(text);
    if (!other) found.push({key, kind: 'missing'});
    else if (other.hash !== hash) found.push({key, kind: 'different'});
  }
  for (const [text, {key}] of to) if (!from.has(text)) found.push({key, kind: 'extra'});
  return found;
};

/** Per key, the columns whose text differs; empty when the rows have become equal or are gone. */
export const differingColumns = (
  keyNames: readonly string[],
  from: readonly Row[],
  to: readonly Row[],
): ReadonlyMap<string, readonly string[]> => {
  const keyOf = (row: Row): string => keyText(keyNames.map((name) => row[name] ?? null));
  const others = new Map(to.map((row) => [keyOf(row), row]));
  return new Map(from.map((row) => [keyOf(row), columnsThatDiffer(row, others.get(keyOf(row)))]));
};

const columnsThatDiffer = (row: Row, other: Row | undefined): string[] =>
  other ? Object.keys(row).filter((name) => row[name] !== other[name]) : [];
