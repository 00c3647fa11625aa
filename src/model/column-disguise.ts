/** What becomes of the values of one column in an anonymised clone. */

export type TimeUnit = 'year' | 'month' | 'day' | 'hour';

export type ColumnDisguise =
  /** As it is: readable. */
  | {readonly kind: 'keep'}
  | {readonly kind: 'null'}
  | {readonly kind: 'constant'; readonly value: string}
  /** A keyed hash: nothing of the shape is left, equal values stay equal. */
  | {readonly kind: 'hash'}
  /** Other signs of the same kind in the same places; equal values stay equal and different ones different. */
  | {readonly kind: 'fake'}
  /** The values of other rows: each is readable, and belongs to nobody. */
  | {readonly kind: 'shuffle'}
  /** Rounded down to a step; to the first digit, or the year, where none is given. */
  | {readonly kind: 'range'; readonly step?: number | TimeUnit};

/** As a plan names it: `schema.table.column`. */
export type ColumnRule = {readonly table: string; readonly column: string; readonly disguise: ColumnDisguise};
