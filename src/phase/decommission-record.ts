/** What ends with the way back, and where rows are that the target no longer answers for: for whoever has to account for every copy. */
import type {Position} from '../model/position.ts';
import type {Side} from '../model/side.ts';
import {nameOf} from '../model/table.ts';
import type {PhaseContext} from './phase.ts';

export type DecommissionRecord = {
  /** RFC 3339. */
  readonly at: string;
  /** The source has every change of the target up to here, deletions among them, and none behind it, but for `parked`. Null: nothing flowed back. */
  readonly flowedBackTo: Position | null;
  /** Rows that the source could not hold: it lacks them, or has them as they were before. */
  readonly parked: readonly {readonly table: string; readonly rows: number}[];
  /** What stays on the source: rows and bytes as its server estimates them. */
  readonly copies: readonly {readonly table: string; readonly rows: number; readonly bytes: number}[];
};

/** Asked when the streams stand still and before they go, with what they know of how far they were. */
export const accountFor = async ({source, tables, clock}: PhaseContext): Promise<DecommissionRecord> => {
  const [flowed, left, parked] = [await source.target.progress('reverse'), await tables('source'), await source.target.parked()];
  const names = [...new Set(parked.map(({table}) => nameOf(table)))];
  return {
    at: clock.now().toISOString(),
    flowedBackTo: flowed?.position ?? null,
    parked: names.map((table) => ({table, rows: parked.filter((one) => nameOf(one.table) === table).length})),
    copies: left.map(({name, estimatedRows, estimatedBytes}) => ({table: nameOf(name), rows: estimatedRows, bytes: estimatedBytes})),
  };
};

/** In the order in which they went. */
export const DROPPED: readonly {readonly side: Side; readonly what: string}[] = [
  {side: 'source', what: 'the change stream to the target, and the log that was kept for it'},
  {side: 'target', what: 'the change stream of the way back, and the log that was kept for it'},
  {side: 'target', what: 'its fence'},
];
