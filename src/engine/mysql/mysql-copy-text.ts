/**
 * Rows as lines: a tab between values, `\N` for NULL, a backslash before what would end a value or a line. PostgreSQL's
 * COPY and LOAD DATA read the same lines. Values go from the server's packets into the lines as bytes, and never become
 * strings on the way (performance.md section 2).
 */
import {Readable} from 'node:stream';
import type {Column} from '../../model/table.ts';
import type {SentRow} from './mysql-row-stream.ts';
import {isBytes} from './mysql-value-text.ts';

const [TAB, NEWLINE, RETURN, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x5c];
const ESCAPED: ReadonlyMap<number, number> = new Map([
  [TAB, 0x74],
  [NEWLINE, 0x6e],
  [RETURN, 0x72],
  [BACKSLASH, BACKSLASH],
]);
const NULL = Buffer.from('\\N');
/** The backslash of `\x` is written as two. */
const HEX = Buffer.from('\\\\x');

export const linesOf = (batches: AsyncIterable<readonly SentRow[]>, columns: readonly Column[]): Readable =>
  Readable.from(buffers(batches, columns), {objectMode: false, highWaterMark: 1 << 18});

async function* buffers(batches: AsyncIterable<readonly SentRow[]>, columns: readonly Column[]): AsyncGenerator<Buffer> {
  const areBytes = columns.map(({type}) => isBytes(type));
  for await (const batch of batches) yield encode(batch, areBytes);
}

const encode = (batch: readonly SentRow[], areBytes: readonly boolean[]): Buffer => {
  const lines = Buffer.allocUnsafe(roomFor(batch));
  let at = 0;
  for (const row of batch) {
    for (let i = 0; i < row.length; i++) {
      if (i > 0) lines[at++] = TAB;
      const value = row[i];
      if (!value) at += NULL.copy(lines, at);
      else if (areBytes[i]) {
        at += HEX.copy(lines, at);
        at += lines.write(value.toString('hex'), at, 'latin1');
      } else at = writeText(value, lines, at);
    }
    lines[at++] = NEWLINE;
  }
  return lines.subarray(0, at);
};

/** No byte of a longer character of UTF-8 is one of these. */
const writeText = (value: Buffer, lines: Buffer, start: number): number => {
  let at = start;
  for (const byte of value) {
    const escaped = byte <= BACKSLASH ? ESCAPED.get(byte) : undefined;
    if (escaped !== undefined) {
      lines[at++] = BACKSLASH;
      lines[at++] = escaped;
    } else lines[at++] = byte;
  }
  return at;
};

/** At worst each byte becomes two. */
const roomFor = (batch: readonly SentRow[]): number => {
  let bytes = 0;
  for (const row of batch) {
    bytes += row.length * 4 + 1;
    for (const value of row) bytes += 2 * (value?.length ?? 0);
  }
  return bytes;
};
