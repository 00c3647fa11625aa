/**
 * Events through a mapping. A filter makes moves of its own: an update can bring a row into the migration or take it out,
 * and the event does not say where the row stood before. So what passes is written whether or not it was there, what
 * does not pass is deleted whether or not it was there (the mapping is lenient), and what cannot be told is read again.
 */
import type {Key, Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import {passes} from '../model/row-filter.ts';
import {nameOf, rowOfKey, type Table} from '../model/table.ts';
import type {RowChange} from './mapping.ts';

type Sides = {
  readonly from: Table;
  readonly to: Table;
  keyThere(key: Key): Key;
  mapped(row: Row): {readonly row: Row; readonly isTorn: boolean};
};
type Update = Extract<RowChange, {readonly kind: 'update'}>;

export const changeMapping = (sides: Sides): ((change: RowChange) => RowChange | undefined) => {
  const {from, to} = sides;
  const table = to.name;
  return (change) => {
    switch (change.kind) {
      case 'insert':
        if (isOutside(from, change.row)) return undefined;
        return {kind: 'insert', table, key: sides.keyThere(change.key), row: inside(to, sides.mapped(change.row).row)};
      case 'delete':
        return isOutside(from, rowOfKey(from, change.key)) ? undefined : {...change, table, key: sides.keyThere(change.key)};
      case 'reread':
        return {...change, table, ...keysThere(sides, change)};
      case 'update':
        return updated(sides, change);
    }
  };
};

const updated = (sides: Sides, {key, oldKey, row}: Update): RowChange | undefined => {
  const {from, to} = sides;
  const table = to.name;
  if (isOutside(from, row)) {
    const standing = oldKey ?? key;
    return isOutside(from, rowOfKey(from, standing)) ? undefined : {kind: 'delete', table, key: sides.keyThere(standing)};
  }
  const keys = keysThere(sides, {key, ...(oldKey ? {oldKey} : {})});
  const mapped = sides.mapped(row);
  const isUnsure = mapped.isTorn || (from.only && passes(from.only, row) === undefined);
  return isUnsure ? {kind: 'reread', table, ...keys} : {kind: 'update', table, ...keys, row: inside(to, mapped.row)};
};

type Keys = {readonly key: Key; readonly oldKey?: Key};
const keysThere = ({keyThere}: Sides, {key, oldKey}: Keys): Keys => ({key: keyThere(key), ...(oldKey ? {oldKey: keyThere(oldKey)} : {})});

const isOutside = (table: Table, row: Row): boolean => table.only !== undefined && passes(table.only, row) === false;

/** On the way back: the rows that the plan left behind are the source's own, and nobody else's to write. */
const inside = (to: Table, row: Row): Row => {
  if (!isOutside(to, row)) return row;
  throw new TerminalError(`a row was written that lies outside the filter of ${nameOf(to.name)}, so it has no place there`, {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};
