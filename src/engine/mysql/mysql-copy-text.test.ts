import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Row} from '../../model/change.ts';
import {rowsOfCopy} from '../row-lines.ts';
import {linesOf} from './mysql-copy-text.ts';
import {textRows, type SentRow} from './mysql-row-stream.ts';

const column = (name: string, type: string) => ({name, type, notNull: false, generated: false, identity: undefined, portableBinary: false});
const columns = [column('t', 'text'), column('b', 'blob'), column('n', 'int')];

async function* batchesOf(rows: readonly SentRow[]): AsyncGenerator<readonly SentRow[]> {
  for (let at = 0; at < rows.length; at += 3) yield rows.slice(at, at + 3);
}

const all = async (batches: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
};

it('lines hold any row, as COPY of PostgreSQL reads them (H-51, H-52)', async () => {
  const orNull = (value: fc.Arbitrary<Buffer>) => fc.option(value, {nil: null});
  const row = fc.tuple(
    orNull(
      fc
        .string({unit: fc.oneof(fc.constantFrom('\\', '\n', '\r', '\t', 'N', '.', 'x'), fc.string({unit: 'grapheme', maxLength: 1}))})
        .map((text) => Buffer.from(text)),
    ),
    orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
    orNull(fc.integer().map((number) => Buffer.from(String(number)))),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row), async (rows) => {
      const lines = rowsOfCopy(
        linesOf(batchesOf(rows), columns),
        columns.map(({name}) => name),
      );
      expect(await all(lines)).toEqual(await all(textRows(batchesOf(rows), columns)));
    }),
  );
});
