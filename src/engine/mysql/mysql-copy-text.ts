/**
 * Rows as lines: a tab between values, `\N` for NULL, a backslash before what would end a value or a line. PostgreSQL's
 * COPY and LOAD DATA read the same lines. Values go from the server's packets into the lines as bytes, and become strings
 * on the way only where something has to be made of them (performance.md section 2).
 */
import {Readable} from 'node:stream';
import type {Carried} from '../../model/carried.ts';
import type {Column} from '../../model/table.ts';
import {Lines} from './mysql-lines.ts';
import type {SentRow} from './mysql-row-stream.ts';
import {isBytes, textReader} from './mysql-value-text.ts';

/** `carried`: what becomes of the values of each column; absent: they stay what they are. */
export const linesOf = (batches: AsyncIterable<readonly SentRow[]>, columns: readonly Column[], carried?: readonly Carried[]): Readable =>
  Readable.from(buffers(batches, columns, carried), {objectMode: false, highWaterMark: 1 << 18});

async function* buffers(
  batches: AsyncIterable<readonly SentRow[]>,
  columns: readonly Column[],
  carried: readonly Carried[] | undefined,
): AsyncGenerator<Buffer> {
  const writers = columns.map((column, i) => writerOf(column, carried?.[i]));
  for await (const batch of batches) yield encode(batch, writers);
}

type Writer = (lines: Lines, value: Buffer | null) => void;

const encode = (batch: readonly SentRow[], writers: readonly Writer[]): Buffer => {
  const lines = new Lines(roomFor(batch));
  for (const row of batch) {
    for (let i = 0; i < writers.length; i++) {
      if (i > 0) lines.tab();
      writers[i]?.(lines, row[i] ?? null);
    }
    lines.newline();
  }
  return lines.taken();
};

const writerOf = (column: Column, carried: Carried | undefined): Writer => {
  if (carried) return carrying(column, carried);
  const areBytes = isBytes(column.type);
  return (lines, value) => {
    if (!value) lines.null();
    else if (areBytes) lines.hex(value);
    else lines.utf8(value);
  };
};

const carrying = (column: Column, {carry, kept}: Carried): Writer => {
  const text = textReader(column);
  const suffix = Buffer.from(kept?.suffix ?? '');
  const fits = isBytes(column.type) ? undefined : kept?.fits; // what is sent of bytes is not their text
  return (lines, value) => {
    if (value && fits?.(value)) {
      lines.utf8(value);
      if (suffix.length > 0) lines.utf8(suffix);
    } else {
      const made = carry(value && text(value));
      if (made === null) lines.null();
      else lines.utf8(Buffer.from(made));
    }
  };
};

/** About as much as it takes. */
const roomFor = (batch: readonly SentRow[]): number => {
  let bytes = 0;
  for (const row of batch) {
    bytes += row.length * 4 + 1;
    for (const value of row) bytes += value?.length ?? 0;
  }
  return bytes + (bytes >> 3);
};
