/** What a plan says about tables that look different on the target. Written by `plan`, read by `mapping` and by nobody else. */
import type {Value} from './change.ts';
import type {RowFilter} from './row-filter.ts';
import type {TableName} from './table.ts';

/** Tables that are not named keep their names and columns. */
export type MappingRules = {readonly tables: readonly TableRule[]; readonly allowLoss: boolean};

/** Columns that are not named keep their names. */
export type TableRule = {
  readonly from: TableName;
  readonly to: TableName;
  /** Rows that are left behind do not pass it. */
  readonly where: RowFilter | undefined;
  readonly columns: readonly ColumnRule[];
};

/** `type` is the target's, as DDL writes it; declared, because a change of type is never an accident. */
export type ColumnRule =
  | {readonly kind: 'rename'; readonly column: string; readonly to: string; readonly type: string | undefined}
  | {readonly kind: 'split'; readonly column: string; readonly into: readonly string[]; readonly at: string}
  | {readonly kind: 'merge'; readonly to: string; readonly from: readonly string[]; readonly separator: string}
  | {readonly kind: 'constant'; readonly to: string; readonly value: Value; readonly type?: string}
  | {readonly kind: 'drop'; readonly column: string}
  | {
      readonly kind: 'transform';
      readonly column: string;
      readonly to: string;
      readonly type: string | undefined;
      readonly forward: FunctionReference;
      readonly inverse: FunctionReference | undefined;
    };

/** An exported function of a file that lies beside the plan. `digest` is of the file's content, so that the plan's checksum covers it. */
export type FunctionReference = {readonly file: string; readonly name: string; readonly digest: string};
