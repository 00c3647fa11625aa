import type {TableName} from '../model/table.ts';

/** Where a sequence stands on one side, and what the other side has to know to go on from there. */
export type SequenceState = {
  readonly name: TableName;
  /** The column that draws from it; the other side finds its sequence by that, whatever it is called there. */
  readonly owner?: {readonly table: TableName; readonly column: string};
  readonly last: string;
  readonly isCalled: boolean;
  readonly increment: string;
  readonly cache: string;
  readonly min: string;
  readonly max: string;
  /**
   * Rows that are not moved go on drawing from it where they stay, so the sides need numbers apart: the way there
   * `leaves room` for many more of theirs, and the way back `never` takes their sequence `back`.
   */
  readonly shared?: 'leaves-room' | 'never-back';
};
