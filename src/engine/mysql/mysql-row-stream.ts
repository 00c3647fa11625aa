/** Rows of a SELECT as the server sent them, read no faster than they are taken. */
import type {Row, Value} from '../../model/change.ts';
import type {Column} from '../../model/table.ts';
import type {MySession} from './mysql-session.ts';
import {textReader} from './mysql-value-text.ts';

/** One value a column, in the memory of the connection; null is NULL. */
export type SentRow = readonly (Buffer | null)[];

/** Held before the connection is left alone. */
const BATCH_BYTES_MAX = 1 << 20;
/** A row costs more than its values. */
const ROW_BYTES = 64;

type Query = {
  on(event: 'result', listener: (row: unknown) => void): Query;
  on(event: 'error', listener: (error: Error) => void): Query;
  on(event: 'end', listener: () => void): Query;
};

/** Ends when all rows were sent; broken off in the middle it ends the session. */
export async function* sentRows(session: MySession, sql: string): AsyncGenerator<readonly SentRow[]> {
  let batch: SentRow[] = [];
  let bytes = 0;
  let state: 'flows' | 'stands' | 'ended' = 'flows';
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const over = Promise.withResolvers<void>();
  void session.awaiting(over.promise, {sentBytes: sql.length, isUnread: () => isStanding(state)});
  const {connection} = session;
  const fail = (error: Error): void => {
    failure ??= error;
    over.resolve();
    wake?.();
  };
  // Of a connection that is lost the driver tells those statements only that have a callback.
  connection.on('error', fail);
  const query = connection.query({sql, rowsAsArray: true, typeCast: (field) => field.buffer()}) as unknown as Query;
  query.on('error', fail);
  query.on('end', () => {
    state = 'ended';
    connection.off('error', fail);
    over.resolve();
    wake?.();
  });
  query.on('result', (row) => {
    const values = row as SentRow;
    batch.push(values);
    bytes += ROW_BYTES;
    for (const value of values) bytes += value?.length ?? 0;
    if (bytes >= BATCH_BYTES_MAX && state === 'flows') {
      state = 'stands';
      connection.pause();
    }
    wake?.();
  });
  try {
    for (;;) {
      if (failure) throw session.explained(failure);
      if (batch.length > 0) {
        const full = batch;
        [batch, bytes] = [[], 0];
        yield full;
        if (isStanding(state)) {
          state = 'flows';
          connection.resume();
        }
      } else if (isEnded(state)) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    connection.off('error', fail);
    over.resolve();
    if (!isEnded(state)) session.destroy();
  }
}

type State = 'flows' | 'stands' | 'ended';
/** Asked through functions, because the listeners change it behind the compiler's back. */
const isStanding = (state: State): boolean => state === 'stands';
const isEnded = (state: State): boolean => state === 'ended';

/** The same as rows of texts. */
export async function* textRows(batches: AsyncIterable<readonly SentRow[]>, columns: readonly Column[]): AsyncGenerator<readonly Row[]> {
  const readers = columns.map((column) => ({name: column.name, text: textReader(column)}));
  for await (const batch of batches) yield batch.map((values) => toRow(values, readers));
}

/** All of them, where they are few. */
export const rowsOf = async (session: MySession, sql: string, columns: readonly Column[]): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const batch of textRows(sentRows(session, sql), columns)) rows.push(...batch);
  return rows;
};

type Readers = readonly {readonly name: string; readonly text: (sent: Buffer) => string}[];

const toRow = (values: SentRow, readers: Readers): Row => {
  const row: Record<string, Value> = {};
  readers.forEach(({name, text}, i) => {
    const value = values[i];
    row[name] = value ? text(value) : null;
  });
  return row;
};
