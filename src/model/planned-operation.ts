/** Changes of a schema as a plan asks for them, parsed. Types and expressions are the engine's own SQL, written by the operator. */
import type {TableName} from './table.ts';

/** One member per file of `src/operation`, told apart by `kind`. */
export type PlannedOperation = {readonly kind: 'add-column'} & NewColumn;

export type NewColumn = {
  readonly table: TableName;
  readonly column: string;
  /** As DDL writes it: `numeric(12,2)`. */
  readonly type: string;
  /** An expression. Without a backfill it must be one value for all rows. */
  readonly default?: string;
  readonly notNull: boolean;
  /** The value of a row that does not have one yet, from its other columns. */
  readonly backfill?: string;
};

/** `schema.table.column`: how steps and messages name it. */
export const columnName = ({table, column}: Pick<NewColumn, 'table' | 'column'>): string => `${table.schema}.${table.name}.${column}`;
