/** WRITE, UPDATE and DELETE of rows. Every row has to be whole, before and after (H-70). */
import {TerminalError} from '../../model/errors.ts';
import type {Row, Value} from '../../model/change.ts';
import type {ReadValue} from './mysql-binlog-values.ts';
import {bitOf, type Bytes} from './mysql-bytes.ts';

export type RowsKind = 'insert' | 'update' | 'delete';
/** `before` of an update or a delete, `after` of an insert or an update. */
export type LoggedRow = {readonly before: Row | undefined; readonly after: Row | undefined};

export type RowReader = readonly {readonly name: string; readonly read: ReadValue}[];

/** The body after the table's number, flags and extra data. */
export function* readRows(bytes: Bytes, kind: RowsKind, columns: RowReader, table: string): Generator<LoggedRow> {
  const count = bytes.packed();
  if (count !== columns.length) throw new RangeError(`rows of ${table} have ${count} columns where ${columns.length} were announced`);
  for (let image = 0; image < (kind === 'update' ? 2 : 1); image++) requireWhole(bytes.take(Math.ceil(count / 8)), count, table);
  while (bytes.left > 0) {
    const before = kind === 'insert' ? undefined : readRow(bytes, columns);
    yield {before, after: kind === 'delete' ? undefined : readRow(bytes, columns)};
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

const requireWhole = (present: Buffer, count: number, table: string): void => {
  for (let i = 0; i < count; i++) {
    if (bitOf(present, i)) continue;
    throw new TerminalError(
      `the binary log has rows of ${table} that are not whole: some session writes with binlog_row_image other than FULL`,
      {
        code: 'CF-SRC-001',
        next: 'set binlog_row_image=FULL for every session (look for SET SESSION in the application), then abort and start again',
      },
    );
  }
};
