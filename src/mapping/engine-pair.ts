/** What the columns of one engine mean to another one. One folder of this one for each pair, one line in `engine-pairs.ts`. */
import type {ColumnRule} from '../model/mapping-rules.ts';
import type {ConvertibleSchema} from '../model/convertible-schema.ts';
import type {Column, TableName} from '../model/table.ts';
import type {ColumnMapping, ConvertedScript} from './mapping.ts';

/**
 * What becomes of values that only the wider type can hold. `exact`: there are none. `stops`: the source refuses them, which ends
 * the way back. `loses`: the source would round them without a word.
 */
export type WayBack = 'exact' | 'stops' | 'loses';

export type EnginePair = {
  /** A column whose value goes over as it is, under the name of the rule, and with its type where it declares one. */
  column(column: Column, rule: Extract<ColumnRule, {readonly kind: 'rename'}>, isKey: boolean): ColumnMapping;
  /** What a table or column is called on the target where the plan does not say; absent: as it is called on the source. */
  readonly targetName?: (name: string) => string;
  /** Of a column whose text stays as it is: what the target's type means to the way back; undefined where nobody knows. */
  wayBackOf(from: string, to: string): WayBack | undefined;
  /** Whether two texts name one type, whichever server has printed them; absent: when they are equal. */
  readonly isSameType?: (a: string, b: string) => boolean;
  /** Types of the source whose text is the same wherever it comes from, and the texts they can have: what `where` may compare. */
  readonly comparable: readonly {readonly type: RegExp; readonly text: RegExp}[];
  /** The schema in the DDL of the other engine. Absent where both speak one language. */
  readonly converted?: (schema: ConvertibleSchema, declared: DeclaredTypes) => ConvertedScript;
};

/**
 * Types of the target by table and column of the source: what the plan says of it, if it does. A column that goes, or that
 * becomes others, is of any type first.
 */
export const ANY_TYPE = 'any';
export type DeclaredTypes = (table: TableName, column: string) => string | undefined;
