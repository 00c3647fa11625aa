/**
 * One change of a schema in place, as a plan names it: the member's file name. The phases of `expand-contract` call it
 * in the order of the methods; `undo` is for abort, and is walked as often as the way ahead. Every method may be
 * repeated after a crash in its middle.
 */
import type {Database, Finding, Users} from '../engine/engine.ts';
import type {PlannedOperation} from '../model/planned-operation.ts';

export interface Operation {
  /** For steps and messages: `add-column shop.orders.channel`. */
  readonly name: string;
  readonly planned: PlannedOperation;
  /** What each act does, for people who read a plan; `fills` is absent where no rows are filled. */
  readonly words: OperationWords;
  /** What stands in the way; changes nothing. `earlier` are the operations before it in the plan. */
  assess(database: Database, earlier: readonly PlannedOperation[]): Promise<Finding[]>;
  /** Expand: the new shape beside the old one, which goes on working. */
  start(place: Workplace): Promise<void>;
  /** From here on either shape may be written; only where `words` have it. */
  sync(place: Workplace): Promise<void>;
  /** Who uses what contract takes away. */
  users(database: Database): Promise<Users>;
  /** Whether every row is as the new shape needs it. Counts as text. */
  validate(place: Workplace): Promise<{readonly rows: string; readonly unfilled: string}>;
  /** Contract: the new shape is final. `unfilled` when rows were found that are not as they have to be after all. */
  complete(place: Workplace): Promise<'completed' | 'unfilled'>;
  /** Removes the new shape. Not after `complete`: then it is the application's. */
  undo(place: Workplace): Promise<void>;
}

export type OperationWords = {
  readonly start: string;
  /** Absent where there are no two shapes to be kept in step. */
  readonly sync?: string;
  /** What rows get, in ranges between start and complete; operations of one table share one pass. */
  readonly fills?: string;
  readonly validate: string;
  readonly complete: string;
  readonly undo: string;
};

/** Where an operation is carried out, and how it speaks while it waits. */
export type Workplace = {
  readonly database: Database;
  readonly epoch: number;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};
