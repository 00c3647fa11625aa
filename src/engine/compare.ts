import type {Key, Row} from '../model/change.ts';
import type {RowHashes} from '../model/row-hashes.ts';
import type {TextForm} from '../model/text-form.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import type {KeyRange} from './engine.ts';

/** What a read can say about when it was made. */
export type Bracket = {
  readonly before: Position;
  readonly after: Position;
  /** The position this side had applied, as seen by the same snapshot; absent on the side that is read from. */
  readonly applied: Position | undefined;
  /** Whether the snapshot saw that transaction (of this side). */
  sees(transaction: string): boolean;
};
export type Digest = {readonly count: bigint; readonly sums: readonly bigint[]};

/** Reads for verification: one snapshot each, canonical encoding (hazards §4.3, §4.4). */
export interface Compare {
  count(table: Table): Promise<bigint>;
  /** The same for several tables, in one statement. */
  counts(tables: readonly Table[]): Promise<bigint[]>;
  /** Of each range, in their order, all in one snapshot. `forms`, here and below: the hashes are those that another engine makes of its rows by the same forms. */
  digests(
    table: Table,
    ranges: readonly KeyRange[],
    applied: Direction | undefined,
    forms?: readonly TextForm[],
  ): Promise<{readonly digests: readonly Digest[]; readonly bracket: Bracket}>;
  /** Row hashes of a range, or of given keys. Key text joined as `keyText` of the model does. */
  rowDigests(
    table: Table,
    where: KeyRange | readonly Key[],
    applied: Direction | undefined,
    forms?: readonly TextForm[],
  ): Promise<{readonly rows: RowHashes; readonly bracket: Bracket}>;
  /** Row hashes of given keys of a side that stands still: in one statement, which says nothing about when it was made. */
  rowHashes(table: Table, keys: readonly Key[]): Promise<RowHashes>;
  rows(table: Table, keys: readonly Key[]): Promise<Row[]>;
  /** Whole rows in one snapshot, for tables whose values a mapping changes: they are compared by us. */
  read(
    table: Table,
    where: KeyRange | readonly Key[],
    applied: Direction | undefined,
  ): Promise<{readonly rows: readonly Row[]; readonly bracket: Bracket}>;
  /** Runs `act` while nobody changes these rows, their writers wait for it; undefined when they could not be held. */
  holding?<T>(table: Table, keys: readonly Key[], act: () => Promise<T>): Promise<T | undefined>;
  /** Cuts a range into consecutive ones of at most `rows` rows of this side; together they cover exactly the range. */
  split(table: Table, range: KeyRange, rows: number): Promise<KeyRange[]>;
  /**
   * Of each partitioned table, by name, what is another once one of its parts was emptied by itself. It may be another
   * for less. Absent where the change stream tells it.
   */
  partFiles?(tables: readonly Table[]): Promise<ReadonlyMap<string, string>>;
  /** About `rows` keys chosen by chance in the database. */
  sampleKeys(table: Table, rows: number): Promise<Key[]>;
}
