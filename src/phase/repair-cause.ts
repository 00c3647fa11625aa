/** How a row came to differ, as far as this runner can prove it. Pure. */
import type {Key} from '../model/change.ts';
import type {RepairCause} from '../model/repair-cause.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {Difference} from '../verify/verifier.ts';

export type Told = {readonly cause: RepairCause; readonly why: string};

/** What the runner knows of the stream since both sides were found equal. */
export type StreamAccount = {
  /** A comparison of all rows was clean, in this process and over this stream: what it touched since is all known. */
  readonly isKept: boolean;
  /** The stream has written the row since it was last found equal. */
  readonly touched: (table: TableName, key: Key) => boolean;
  /** Tables of which every row may have been written. */
  readonly whole: readonly TableName[];
  /** Names of tables a part of which was emptied on the sending side, which no stream tells (H-14). */
  readonly emptied: ReadonlySet<string>;
};

/**
 * What the stream has not touched since it was found equal, the stream cannot have bent: somebody wrote it outside of the
 * log that we read. Whatever the stream has touched may be our own fault, also where somebody else wrote it as well.
 */
export const causeOf = ({table, key, kind}: Difference, account: StreamAccount): Told => {
  if (!account.isKept) return {cause: 'unknown', why: 'this runner has not seen both sides equal yet'};
  const isWhole = account.whole.some((one) => nameOf(one) === nameOf(table));
  if (isWhole && kind === 'extra' && account.emptied.has(nameOf(table)))
    return {cause: 'not in the log', why: 'a partition was emptied by itself, which no stream tells'};
  if (isWhole) return {cause: 'unknown', why: 'all of the table has changed since it was found equal'};
  if (account.touched(table, key)) return {cause: 'unknown', why: 'the stream has changed it since it was found equal'};
  return {cause: 'not in the log', why: 'the stream has not touched it since it was found equal'};
};
