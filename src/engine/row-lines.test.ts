import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Row} from '../model/change.ts';
import {copyOfRows, rowsOfCopy} from './row-lines.ts';

const COLUMNS = ['a', 'b'];

async function* once(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

const written = (rows: readonly Row[]): Promise<Buffer> => buffer(copyOfRows(once(rows), COLUMNS));

/** In pieces of that size, as a socket may cut them. */
const read = async (bytes: Buffer, size = bytes.length): Promise<Row[]> => {
  const pieces = Array.from({length: Math.ceil(bytes.length / size)}, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  const rows: Row[] = [];
  for await (const some of rowsOfCopy(Readable.from(pieces), COLUMNS)) rows.push(...some);
  return rows;
};

test('rows are written as the server writes them', async () => {
  const rows = [
    {a: 'tab\t line\n return\r back\\slash', b: null},
    {a: '', b: '\\N'},
  ];
  expect((await written(rows)).toString()).toBe('tab\\t line\\n return\\r back\\\\slash\t\\N\n\t\\\\N\n');
});

test('every text comes back, however the stream is cut (H-52)', async () => {
  const value = fc.option(fc.string({unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\v', '\f', 'N', 'n', 'é', '🙂', '.')}), {
    nil: null,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({a: value, b: value}), {minLength: 1}), fc.integer({min: 1, max: 9}), async (rows, size) => {
      expect(await read(await written(rows), size)).toEqual(rows);
    }),
  );
});

test('a stream that ends in the middle of a row, or holds another number of values, is a fault', async () => {
  await expect(read(Buffer.from('a\tb\nc'))).rejects.toThrow('middle of a row');
  await expect(read(Buffer.from('a\tb\tc\n'))).rejects.toThrow('3 values');
});
