/** What a mapping means to the DDL of a table. Asked where the schema of the target is written by an engine. */
import type {ColumnReshape, NewShape, Reshape} from '../model/reshape.ts';
import {type Column, nameOf, type Table, type TableName} from '../model/table.ts';
import type {ColumnMapping} from './mapping.ts';
import {find} from './table-fit.ts';

/** Undefined where the table stays as it is, but for the rows that are left behind. */
export const tableReshape = (source: Table, to: TableName, columns: readonly ColumnMapping[]): Reshape | undefined => {
  const reshapes = columns.map((column) => columnReshape(source, column));
  const isSame = nameOf(source.name) === nameOf(to) && reshapes.every(isUnchanged);
  return isSame ? undefined : {from: source.name, to, partitions: source.partitions, columns: reshapes};
};

/** The table that is expected on the target, as far as the plan tells; without what only a catalogue knows. */
export const reshapedTable = (source: Table, {to, columns}: Reshape): Table => {
  const {only: _, ...whole} = source; // on the target every row of the table is the migration's
  return {
    ...whole,
    name: to,
    columns: columns.flatMap((column) => expectedColumns(source, column)),
    key: source.key.flatMap((name) => columns.flatMap((column) => (column.kind === 'kept' && column.from === name ? [column.to] : []))),
  };
};

const expectedColumns = (source: Table, column: ColumnReshape): Column[] => {
  if (column.kind === 'replaced')
    return column.to.map(({name, type, notNull, defaultValue}) => ({
      name,
      type,
      notNull,
      generated: false,
      identity: undefined,
      portableBinary: true,
      hasDefault: defaultValue !== undefined,
    }));
  const known = find(source, column.from);
  return known ? [{...known, name: column.to, type: column.type ?? known.type}] : [];
};

const isUnchanged = (column: ColumnReshape): boolean => column.kind === 'kept' && column.from === column.to && column.type === undefined;

const columnReshape = (source: Table, mapping: ColumnMapping): ColumnReshape => {
  const [[from, ...others], [to, ...more]] = [mapping.source, mapping.target];
  const isOne = from !== undefined && to !== undefined && others.length + more.length === 0;
  if (!isOne) return {kind: 'replaced', from: mapping.source, to: newShapes(source, mapping)};
  // Its type and its values are what its engine's pair makes of it, before the plan changes anything.
  if (mapping.isConverted) return {kind: 'kept', from, to, type: undefined};
  const type = mapping.type === find(source, from)?.type ? undefined : mapping.type;
  return {kind: mapping.isPlain ? 'kept' : 'changed', from, to, type};
};

/** Texts, unless the plan says otherwise. Of the parts of a value the first is always there, and what is made of several is NULL when all are. */
const newShapes = (source: Table, mapping: ColumnMapping): NewShape[] => {
  const [constant = null] = mapping.source.length ? [] : mapping.forward([]);
  const isNeverNull = mapping.source.length ? mapping.source.some((name) => find(source, name)?.notNull) : constant !== null;
  return mapping.target.map((name, place) => ({
    name,
    type: mapping.type ?? 'text',
    notNull: isNeverNull && place === 0,
    defaultValue: constant ?? undefined,
  }));
};
