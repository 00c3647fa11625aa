/**
 * Rows in and out of COPY's text format, for tables whose values a mapping changes: a row is a line, a value ends at a
 * tab, `\N` is NULL, and what would end a value or a line is written with a backslash.
 */
import {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import type {Row, Value} from '../model/change.ts';

/** Rows of the columns named, in their order; each answer holds what one piece of the stream has completed. */
export async function* rowsOfCopy(stream: AsyncIterable<Buffer>, columns: readonly string[]): AsyncGenerator<readonly Row[]> {
  const decoder = new StringDecoder('utf8');
  // Put together once the line is there: a large value comes in a thousand pieces.
  let pieces: string[] = [];
  for await (const chunk of stream) {
    const text = decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    pieces.push(end < 0 ? text : text.slice(0, end));
    if (end < 0) continue;
    yield pieces
      .join('')
      .split('\n')
      .map((line) => toRow(line, columns));
    pieces = [text.slice(end + 1)];
  }
  if (pieces.join('') !== '') throw new Error('COPY ended in the middle of a row');
}

export const copyOfRows = (rows: AsyncIterable<readonly Row[]>, columns: readonly string[]): Readable =>
  Readable.from(lines(rows, columns), {objectMode: false, highWaterMark: 1 << 18});

async function* lines(batches: AsyncIterable<readonly Row[]>, columns: readonly string[]): AsyncGenerator<Buffer> {
  for await (const batch of batches) {
    let text = '';
    for (const row of batch) text += `${columns.map((name) => encode(row[name] ?? null)).join('\t')}\n`;
    if (text !== '') yield Buffer.from(text);
  }
}

const toRow = (line: string, columns: readonly string[]): Row => {
  // A table without columns has empty lines, but no such table has a key.
  const values = line.split('\t');
  if (values.length !== columns.length) throw new Error(`COPY sent ${values.length} values where ${columns.length} were expected`);
  return Object.fromEntries(columns.map((name, i) => [name, decode(values[i] ?? '')]));
};

const ESCAPED: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};
const PLAIN: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v'};

const encode = (value: Value): string =>
  value === null ? '\\N' : /[\b\f\n\r\t\v\\]/.test(value) ? value.replace(/[\b\f\n\r\t\v\\]/g, (one) => ESCAPED[one] ?? one) : value;

const decode = (text: string): Value => {
  if (text === '\\N') return null;
  return text.includes('\\') ? text.replace(/\\(.)/gs, (_, one: string) => PLAIN[one] ?? one) : text;
};
