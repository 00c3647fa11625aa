/**
 * Which rows of a table belong to a migration: comparisons of columns with constants, all of which must hold. So small
 * that the server and we ourselves cannot disagree: both compare the value's text, byte by byte, and NULL never matches.
 */
import type {Row} from './change.ts';

export type RowFilter = readonly Condition[];
/** `in`: the column's text is one of `values`; `not-in`: it is none of them, and there is one. */
export type Condition = {readonly column: string; readonly kind: 'in' | 'not-in'; readonly values: readonly string[]};

/** Undefined when a column that decides is absent from the row. */
export const passes = (filter: RowFilter, row: Row): boolean | undefined => {
  const answers = filter.map((condition) => holds(condition, row));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
};

/** The one value that every row of the filter has in that column, if there is one. */
export const fixedValue = (filter: RowFilter | undefined, column: string): string | undefined =>
  filter?.find((condition) => condition.column === column && condition.kind === 'in' && condition.values.length === 1)?.values[0];

const holds = ({column, kind, values}: Condition, row: Row): boolean | undefined => {
  const value = row[column];
  if (value === undefined) return undefined;
  return value !== null && values.includes(value) === (kind === 'in');
};
