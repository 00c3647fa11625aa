import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Carried} from '../../model/carried.ts';
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

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: null});
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom('\\', '\n', '\r', '\t', 'N', '.', 'x'), fc.string({unit: 'grapheme', maxLength: 1})),
    maxLength: 60,
  })
  .map((one) => Buffer.from(one));
const sentRow = fc.tuple(
  orNull(text),
  orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  orNull(fc.integer().map((number) => Buffer.from(String(number)))),
);

it('values are carried by their bytes where these are kept, and as texts everywhere else', async () => {
  const behind = (value: string | null) => (value === null ? 'nothing' : `${value}+00`);
  const short: Carried = {carry: behind, kept: {fits: (bytes) => bytes.length < 4 || bytes.length > 40, suffix: '+00'}};
  await fc.assert(
    fc.asyncProperty(fc.array(sentRow), async (rows) => {
      // What is sent of bytes is not their text, so the second is never kept.
      const carried = [short, {carry: behind, kept: {fits: () => true}}, {carry: (value: string | null) => value && null}];
      const lines = rowsOfCopy(
        linesOf(batchesOf(rows), columns, carried),
        columns.map(({name}) => name),
      );
      const read = await all(textRows(batchesOf(rows), columns));
      expect(await all(lines)).toEqual(read.map(({t = null, b = null}) => ({t: behind(t), b: behind(b), n: null})));
    }),
  );
});

it('lines hold any row, as COPY of PostgreSQL reads them (H-51, H-52)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sentRow), async (rows) => {
      const lines = rowsOfCopy(
        linesOf(batchesOf(rows), columns),
        columns.map(({name}) => name),
      );
      expect(await all(lines)).toEqual(await all(textRows(batchesOf(rows), columns)));
    }),
  );
});
