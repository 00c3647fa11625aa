import type {ConvertibleSchema} from '../model/convertible-schema.ts';
import type {Table, TableName} from '../model/table.ts';

/** The facet of a side whose schema `mapping` can write in the language of another engine. Asked by `assess`, `plan` and `prepare-target`. */
export interface Convertible {
  /** The tables whole, with the views and programs that live beside them. */
  read(tables: readonly Table[]): Promise<ConvertibleSchema>;
  /** How many rows of the table meet each of these conditions, which are in its own SQL. */
  count(table: TableName, conditions: readonly string[]): Promise<readonly bigint[]>;
  /** How many groups of two rows or more these expressions make, where none of them is NULL. */
  collisions(table: TableName, groupBy: readonly string[]): Promise<bigint>;
}
