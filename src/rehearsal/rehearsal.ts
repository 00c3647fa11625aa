/**
 * A rehearsal is the same plan, by its checksum, on servers that nobody depends on: an anonymised clone of the source, and
 * an empty target beside it. `crossfade rehearse` and `crossfade trial` call it; the original is only read, and the run on
 * the clone is the runner's own. What must hold: nothing is ever written to a server of the plan, no value of a person
 * reaches the clone in the clear, and a clone or a record that could not be made whole is never reported as one.
 */
import type {ColumnDisguise} from '../model/column-disguise.ts';
import type {Table, TableName} from '../model/table.ts';

/** What is done to one column, and who says so. */
export type ChosenDisguise = {
  readonly table: TableName;
  readonly column: string;
  /** Of the column that it refers to, in the end: values that were equal have to stay so. */
  readonly type: string;
  /** Of the narrowest column that they have to fit. */
  readonly lengthMax: number | undefined;
  readonly disguise: ColumnDisguise;
  /** `reference`: as the column that it refers to. */
  readonly by: 'plan' | 'name and type' | 'reference';
};

/** Of one table, the choices of its columns by name. */
export type TableDisguise = {readonly table: Table; readonly columns: ReadonlyMap<string, ChosenDisguise>};

/** All rows, or about so many of each table and whatever they refer to. */
export type Extent = {readonly kind: 'whole'} | {readonly kind: 'sample'; readonly rows: number};
