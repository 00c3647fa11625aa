/** What a step does to one key, folded from the changes of that key in the order of the stream. Used by `table-fold.ts` only. */
import type {Key, Row} from '../model/change.ts';
import type {RowOperation} from '../model/row-operation.ts';

/** What must be there before the step. Strict asks; the window does not. */
export type Before = 'absent' | 'present' | 'any';

export type Entry = {
  readonly key: Key;
  readonly before: Before;
  /** `moved`: a move of this step takes or gives this key, so the next change of it opens a new step. */
  after: 'untouched' | 'full' | 'patch' | 'gone' | 'moved';
  row: Row;
  reread: boolean;
};

export const NO_ROW: Row = {};

export const newEntry = (key: Key, before: Before): Entry => ({key, before, after: 'untouched', row: NO_ROW, reread: false});

export const standing = (entry: Entry): Before => (entry.after === 'gone' ? 'absent' : 'present');

export const put = (entry: Entry, row: Row): void => {
  entry.after = 'full';
  entry.row = row;
  entry.reread = false;
};

/** Over a row that is gone: in the window another row may have been moved away from under it, so it is read again. */
export const patch = (entry: Entry, row: Row): void => {
  if (entry.after === 'gone') {
    entry.reread = true;
    return;
  }
  entry.row = entry.after === 'untouched' ? row : {...entry.row, ...row};
  if (entry.after === 'untouched') entry.after = 'patch';
};

export const remove = (entry: Entry, reread: boolean): void => {
  entry.after = 'gone';
  entry.row = NO_ROW;
  entry.reread = reread;
};

export const operationOf = ({key, before, after, row}: Entry): RowOperation | undefined => {
  if (after === 'moved' || after === 'untouched') return undefined;
  const isExact = before !== 'any';
  if (after === 'gone') return before === 'absent' ? undefined : {form: 'delete', key, exact: isExact};
  if (before === 'absent') return {form: 'insert', key, row};
  if (before === 'any' && after === 'full') return {form: 'upsert', key, row};
  return {form: 'update', key, row, exact: isExact};
};
