/** WRITE, UPDATE and DELETE of rows. Every row has to be whole, before and after (H-70). */
import {TerminalError} from '../../model/errors.ts';
import type {Row, Value} from '../../model/change.ts';
import type {ReadValue} from './mysql-binlog-values.ts';
import {bitOf, type Bytes} from './mysql-bytes.ts';

export type RowsKind = 'insert' | 'update' | 'delete';
/** `before` of an update or a delete, `after` of an insert or an update. */
export type LoggedRow = {readonly before: Row | undefined; readonly after: Row | undefined};

/** `mayLack`: the image of a row may come without it. */
export type RowReader = readonly {readonly name: string; readonly read: ReadValue; readonly mayLack: boolean}[];

/** The body after the table's number, flags and extra data. */
export function* readRows(bytes: Bytes, kind: RowsKind, columns: RowReader, table: string): Generator<LoggedRow> {
  const count = bytes.packed();
  if (count !== columns.length) throw new RangeError(`rows of ${table} have ${count} columns where ${columns.length} were announced`);
  const image = (): RowReader => readImage(bytes.take(Math.ceil(count / 8)), columns, table);
  const first = image();
  const second = kind === 'update' ? image() : first;
  while (bytes.left > 0) {
    const before = kind === 'insert' ? undefined : readRow(bytes, first);
    yield {before, after: kind === 'delete' ? undefined : readRow(bytes, second)};
  }
}

const readRow = (bytes: Bytes, columns: RowReader): Row => {
  const nulls = bytes.take(Math.ceil(columns.length / 8));
  const row: Record<string, Value> = {};
  columns.forEach(({name, read}, i) => {
    row[name] = bitOf(nulls, i) ? null : read(bytes);
  });
  return row;
};

/** The columns that the rows of this event come with. */
const readImage = (present: Buffer, columns: RowReader, table: string): RowReader => {
  const image = columns.filter((_, i) => bitOf(present, i));
  const lacking = columns.find((column, i) => !column.mayLack && !bitOf(present, i));
  if (!lacking) return image;
  throw new TerminalError(
    `the binary log has rows of ${table} without their ${lacking.name}: some session writes with binlog_row_image other than FULL`,
    {
      code: 'CF-SRC-001',
      next: 'set binlog_row_image=FULL for every session (look for SET SESSION in the application), then abort and start again',
    },
  );
};
