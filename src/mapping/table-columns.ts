/** The column mappings of one table: those of the plan, and every other column under its own name. */
import type {ColumnRule, TableRule} from '../model/mapping-rules.ts';
import {type Column, type Table, writtenColumns} from '../model/table.ts';
import {columnMapping, type Functions} from './column-mappings.ts';
import type {EnginePair} from './engine-pair.ts';
import type {ColumnMapping} from './mapping.ts';

export const tableColumns = (
  pair: EnginePair,
  source: Table,
  rule: TableRule | undefined,
  functions: Functions,
): readonly ColumnMapping[] => {
  const known = new Map(writtenColumns(source).map((column) => [column.name, column]));
  const ruled = (rule?.columns ?? []).map((one): ColumnMapping => {
    const column = one.kind === 'rename' ? known.get(one.column) : undefined;
    return one.kind === 'rename' && column
      ? pair.column(column, one, source.key.includes(column.name))
      : columnMapping(one, functions, rule?.where);
  });
  const taken = new Set(ruled.flatMap((mapping) => mapping.source));
  const untouched = [...known.values()]
    .filter(({name}) => !taken.has(name))
    .map((column) => pair.column(column, asItIs(column), source.key.includes(column.name)));
  return inSourceOrder(source, [...untouched, ...ruled]);
};

const asItIs = ({name}: Column): Extract<ColumnRule, {readonly kind: 'rename'}> => ({
  kind: 'rename',
  column: name,
  to: name,
  type: undefined,
});

/** So that both sides of an unmapped table keep the order of their catalogue. */
const inSourceOrder = (source: Table, mappings: readonly ColumnMapping[]): ColumnMapping[] => {
  const places = new Map(source.columns.map(({name}, place) => [name, place]));
  const placeOf = ({source: [first]}: ColumnMapping): number => (first === undefined ? places.size : (places.get(first) ?? places.size));
  return mappings.toSorted((a, b) => placeOf(a) - placeOf(b));
};
