/**
 * Changes to a table that is in use. Every act is made of short transactions that give way: a lock that is not had in a
 * fraction of a second is let go and asked for again later, so that the application never queues behind us. Called by
 * `operation/` only. Each act may be repeated after a crash, and is refused unless `epoch` is current.
 */
import type {PlannedOperation} from '../model/planned-operation.ts';
import type {Table} from '../model/table.ts';
import type {Chunk, Finding} from './engine.ts';

export interface Alter {
  /**
   * What stands in the way; tries it on an empty copy of the table's shape, which is gone afterwards. `earlier` are done
   * before it, so that an index may be on a column that is to come.
   */
  findings(table: Table, planned: PlannedOperation, earlier: readonly PlannedOperation[]): Promise<Finding[]>;
  /** Makes the new shape, beside the old one, recorded as ours in the same commit. */
  start(act: AlterAct): Promise<void>;
  /** From here on each writer may use either shape: what one of them gets, the other one has. */
  sync(act: AlterAct): Promise<void>;
  /** Fills the rows of one chunk that have no value yet, and commits the chunk as done by compare-and-set. */
  fillChunk(request: FillRequest): Promise<{readonly rows: number}>;
  /** `unfilled`: rows that are not yet as they have to be. Counts as text; zeros where there is nothing to count, or it was completed. */
  validate(planned: PlannedOperation): Promise<{readonly rows: string; readonly unfilled: string}>;
  /** Who uses what `complete` takes away. */
  users(planned: PlannedOperation): Promise<Users>;
  /** Makes the new shape final and takes the old one away; `unfilled` when a row is not as it has to be after all. */
  complete(act: AlterAct): Promise<'completed' | 'unfilled'>;
  /** Removes what `start` has made, unless it was completed since, and all that came with it. */
  undo(act: AlterAct): Promise<void>;
}

export type Users = {
  /** What the catalogue knows: `index shop.orders_note`. */
  readonly objects: readonly string[];
  /** What clients have sent, with how often so far; none where the server keeps no record, or we may not read it. */
  readonly statements: readonly {readonly text: string; readonly calls: bigint}[];
};

export type AlterAct = Courtesy & {readonly planned: PlannedOperation};

/** `fills`: operations that give values to rows of this table. */
export type FillRequest = Courtesy & {readonly table: Table; readonly chunk: Chunk; readonly fills: readonly PlannedOperation[]};

export type Courtesy = {
  readonly epoch: number;
  /** Told who is in the way, each time a lock was not had. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};
