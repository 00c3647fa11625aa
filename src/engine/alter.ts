/**
 * Changes to a table that is in use. Every act is a short transaction that gives way: a lock that is not had in a
 * fraction of a second is let go and asked for again later, so that the application never queues behind us. Called by
 * `operation/` only. Each act may be repeated after a crash, and is refused unless `epoch` is current.
 */
import type {NewColumn} from '../model/planned-operation.ts';
import type {Table} from '../model/table.ts';
import type {Chunk, Finding} from './engine.ts';

export interface Alter {
  /** What stands in the way of adding this column; tries it on an empty copy of the table's shape, which is gone afterwards. */
  findings(table: Table, column: NewColumn): Promise<Finding[]>;
  /**
   * Adds the column and, with a backfill, what keeps it in step: a row written by those who do not know the column gets
   * the backfill's value, and follows it until somebody gives the column a value of its own. Recorded as ours in the
   * same commit.
   */
  addColumn(act: AlterAct): Promise<void>;
  /** Fills the rows of one chunk that have no value yet, and commits the chunk as done by compare-and-set. */
  fillChunk(request: FillRequest): Promise<{readonly rows: number}>;
  /** `unfilled`: rows without a value that should have one. Counts as text. */
  countUnfilled(column: NewColumn): Promise<{readonly rows: string; readonly unfilled: string}>;
  /** Makes default and NOT NULL final and takes away what kept the column in step; `unfilled` when rows still lack a value. */
  completeColumn(act: AlterAct): Promise<'completed' | 'unfilled'>;
  /** Removes the column, if it was added by us and not completed since, and all that came with it. */
  dropColumn(act: AlterAct): Promise<void>;
}

export type AlterAct = Courtesy & {readonly column: NewColumn};

export type FillRequest = Courtesy & {readonly table: Table; readonly chunk: Chunk; readonly columns: readonly NewColumn[]};

export type Courtesy = {
  readonly epoch: number;
  /** Told who is in the way, each time a lock was not had. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};
