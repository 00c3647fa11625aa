import type {Database} from '../engine/engine.ts';
import type {Direction} from '../model/side.ts';
import type {Table} from '../model/table.ts';

export type ReopenRequest = {
  readonly from: Database;
  readonly to: Database;
  readonly direction: Direction;
  /** As the receiving side's catalogue shows them. */
  readonly tables: readonly Table[];
  readonly epoch: number;
};

/**
 * The beginning of a repair while no stream is at work: takes every table back into its replay window until the stream
 * has passed this moment (R7). A row that somebody else has written would stop a strict stream at the next change to it,
 * and no repair could ever begin; the window's forms demand nothing of the rows they meet and read again what is missing.
 */
export const reopenWindows = async ({from, to, direction, tables, epoch}: ReopenRequest): Promise<void> => {
  const start = await to.target.progress(direction);
  if (!start) return;
  const end = await from.source.mark('reopen');
  const applier = await to.target.applier(direction, epoch, tables);
  try {
    const {position, commitSeq} = start;
    await applier.commit({
      position,
      commitSeq,
      rereadAdd: [],
      rereadRemove: [],
      rereadClear: [],
      ends: tables.map(({name}) => ({table: name, end})),
    });
  } finally {
    await applier.close();
  }
};
