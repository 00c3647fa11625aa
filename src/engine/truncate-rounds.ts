/**
 * The steps of several tables, cut at their truncates: rows of all tables up to the first truncate, then all first
 * truncates in one statement, and so on. Tables are independent of each other otherwise, since foreign keys rest while
 * we write, so their steps may be interleaved freely. Pure.
 */
import type {RowOperation, TableBatch} from '../model/row-operation.ts';
import type {TableName} from '../model/table.ts';

export type Round = {
  readonly rows: readonly {readonly table: TableName; readonly steps: readonly (readonly RowOperation[])[]}[];
  readonly truncated: readonly TableName[];
};

export const truncateRounds = (batches: readonly TableBatch[]): Round[] => {
  const cut = batches.map(({table, steps}) => ({table, segments: segmentsOf(steps)}));
  const rounds = Math.max(0, ...cut.map(({segments}) => segments.length));
  return Array.from({length: rounds}, (_, i) => ({
    rows: cut.flatMap(({table, segments}) => (segments[i]?.length ? [{table, steps: segments[i]}] : [])),
    truncated: cut.filter(({segments}) => i < segments.length - 1).map(({table}) => table),
  }));
};

/** Between two segments stands a truncate. */
const segmentsOf = (steps: TableBatch['steps']): (readonly RowOperation[])[][] => {
  const segments: (readonly RowOperation[])[][] = [[]];
  for (const step of steps) {
    if (step.kind === 'truncate') segments.push([]);
    else segments.at(-1)?.push(step.operations);
  }
  return segments;
};
