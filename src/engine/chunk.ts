import type {Key} from '../model/change.ts';
import type {TableName} from '../model/table.ts';

/** A key range `(after, to]` in the source's own order; open-ended where undefined. */
export type KeyRange = {readonly after: Key | undefined; readonly to: Key | undefined};
/** `rows`: how many were written, of one that is done. */
export type PlannedRange = {readonly table: TableName; readonly range: KeyRange};
export type Chunk = PlannedRange & {
  readonly id: number;
  readonly done: boolean;
  readonly rows?: number;
};
