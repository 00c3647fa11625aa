/**
 * Takes a clone back to before a recording, as far as that is known: it was made afterwards, and after each round it is there again.
 * Rows that the recording inserts are taken away, and moved keys are moved back. What it deletes is known by its key alone, and stays away. Pure.
 */
import type {ReplayedChange} from '../engine/engine.ts';
import {type Key, keyText} from '../model/change.ts';
import {nameOf, rowOfKey, type Table} from '../model/table.ts';

/** `from`: the key that the row had before the recording; undefined, it was not there. */
type Line = {readonly table: Table; readonly key: Key; readonly from: Key | undefined};

/** In this order, the newest rows first: others may refer to the older ones. */
export function rewindOf(changes: readonly ReplayedChange[]): readonly ReplayedChange[] {
  const lines = new Map<string, Line>();
  const gone = new Map<string, Key>();
  for (const change of changes) {
    const {table, kind} = change;
    if (kind === 'insert') {
      const key = table.key.map((name) => change.row[name] ?? null);
      lines.set(placeOf(table, key), {table, key, from: gone.get(placeOf(table, key))});
      continue;
    }
    const place = placeOf(table, change.key);
    const {from} = lines.get(place) ?? {from: change.key};
    lines.delete(place);
    if (kind === 'delete') {
      if (from) gone.set(placeOf(table, from), from);
      continue;
    }
    const key = table.key.map((name, i) => change.row[name] ?? change.key[i] ?? null);
    lines.set(placeOf(table, key), {table, key, from});
  }
  return [...lines.values()].toReversed().flatMap((line) => backOf(line) ?? []);
}

function backOf({table, key, from}: Line): ReplayedChange | undefined {
  if (!from) return {kind: 'delete', table, key};
  return keyText(from) === keyText(key) ? undefined : {kind: 'update', table, key, row: rowOfKey(table, from)};
}

const placeOf = (table: Table, key: Key): string => `${nameOf(table.name)} ${keyText(key)}`;
