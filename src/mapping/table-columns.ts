/** The column mappings of one table: those of the plan, and every other column under its own name. */
import type {TableRule} from '../model/mapping-rules.ts';
import {type Table, writtenColumns} from '../model/table.ts';
import {columnMapping, type Functions} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';

export const tableColumns = (source: Table, rule: TableRule | undefined, functions: Functions): readonly ColumnMapping[] => {
  const ruled = (rule?.columns ?? []).map((one) => columnMapping(one, functions, rule?.where));
  const taken = new Set(ruled.flatMap((mapping) => mapping.source));
  const others = writtenColumns(source).filter(({name}) => !taken.has(name));
  const untouched = others.map(({name}) =>
    columnMapping({kind: 'rename', column: name, to: name, type: undefined}, functions, rule?.where),
  );
  return inSourceOrder(source, [...untouched, ...ruled]);
};

/** So that both sides of an unmapped table keep the order of their catalogue. */
const inSourceOrder = (source: Table, mappings: readonly ColumnMapping[]): ColumnMapping[] => {
  const places = new Map(source.columns.map(({name}, place) => [name, place]));
  const placeOf = ({source: [first]}: ColumnMapping): number => (first === undefined ? places.size : (places.get(first) ?? places.size));
  return mappings.toSorted((a, b) => placeOf(a) - placeOf(b));
};
