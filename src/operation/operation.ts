/**
 * One change of a schema in place, as a plan names it: the member's file name. The phases of `expand-contract` call it
 * in the order of the methods; `undo` is for abort, and is walked as often as the way ahead. Every method may be
 * repeated after a crash in its middle.
 */
import type {Database, Finding} from '../engine/engine.ts';
import type {NewColumn} from '../model/planned-operation.ts';

export interface Operation {
  /** For steps and messages: `add-column shop.orders.channel`. */
  readonly name: string;
  /** What stands in the way; changes nothing. */
  assess(database: Database): Promise<Finding[]>;
  /** Expand: the new shape beside the old one, which goes on working. */
  start(place: Workplace): Promise<void>;
  /** Columns whose rows are filled in ranges between start and complete; several operations share one pass per table. */
  readonly fills: readonly NewColumn[];
  /** Whether every row has what the new shape needs. Counts as text. */
  validate(place: Workplace): Promise<{readonly rows: string; readonly unfilled: string}>;
  /** Contract: the new shape is final. `unfilled` when rows were found that lack a value after all. */
  complete(place: Workplace): Promise<'completed' | 'unfilled'>;
  /** Removes the new shape. Not after `complete`: then it is the application's. */
  undo(place: Workplace): Promise<void>;
}

/** Where an operation is carried out, and how it speaks while it waits. */
export type Workplace = {
  readonly database: Database;
  readonly epoch: number;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};
