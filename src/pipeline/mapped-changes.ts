/** The changes of the sending tables as changes of the receiving ones. Asked by a pass for every change, before it is folded. */
import {assert} from '../model/assert.ts';
import type {Change} from '../model/change.ts';
import {passes} from '../model/row-filter.ts';
import {nameOf, rowOfKey, type TableName} from '../model/table.ts';
import type {TableMapping} from '../mapping/mapping.ts';

export class MappedChanges {
  readonly #byName: ReadonlyMap<string, TableMapping>;
  /** By the name's object, which a stream reader makes once per table: no text is built per change. */
  readonly #byObject = new WeakMap<TableName, TableMapping>();

  constructor(mappings: readonly TableMapping[]) {
    this.#byName = new Map(mappings.map((mapping) => [nameOf(mapping.from.name), mapping]));
  }

  /** Undefined: the change is of no interest to the receiving side. */
  of(change: Change): Change | undefined {
    if (change.kind !== 'truncate') return this.#mapping(change.table).change(change);
    return {kind: 'truncate', tables: change.tables.map((table) => this.#mapping(table).to.name)};
  }

  /** A write to what the migration moves, for certain: where others' rows stay, an event does not always say whose row it was. */
  touches(change: Change): boolean {
    if (change.kind === 'truncate') return true;
    const {from} = this.#mapping(change.table);
    if (!from.only) return true;
    return passes(from.only, 'row' in change ? change.row : rowOfKey(from, change.key)) === true;
  }

  /** What the table is called on the receiving side. */
  to(table: TableName): TableName {
    return this.#mapping(table).to.name;
  }

  /** Of a table of the receiving side. */
  into(table: TableName): TableMapping {
    const mapping = [...this.#byName.values()].find(({to}) => nameOf(to.name) === nameOf(table));
    assert(mapping, `${nameOf(table)} is a mapped table`);
    return mapping;
  }

  #mapping(table: TableName): TableMapping {
    const known = this.#byObject.get(table) ?? this.#byName.get(nameOf(table));
    assert(known, `a change of ${nameOf(table)}, which is not one of the mapped tables`);
    this.#byObject.set(table, known);
    return known;
  }
}

/** Tables whose rows may stay behind the stream for good, so that their changes keep the forms of the replay window. */
export const lenientTables = (mappings: readonly TableMapping[]): ReadonlySet<string> =>
  new Set(mappings.filter((one) => one.isLenient).map((one) => nameOf(one.to.name)));
