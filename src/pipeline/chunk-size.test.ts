import {expect, test} from 'vitest';
import {chunkBytesFor} from './chunk-size.ts';

const MIB = 1024 * 1024;
const load = {parallel: 4, chunkBytes: 64 * MIB};

test.each([
  ['a large database: what the plan says', [{estimatedBytes: 100_000 * MIB}], 64],
  ['a small one: a few for each connection', [{estimatedBytes: 60 * MIB}, {estimatedBytes: 36 * MIB}], 12],
  ['a tiny one: never so small that a chunk costs more than its rows', [{estimatedBytes: MIB}], 4],
])('%s', (_what, tables, mebibytes) => {
  expect(chunkBytesFor(tables, load)).toBe(mebibytes * MIB);
});

test('never above the plan', () => {
  expect(chunkBytesFor([{estimatedBytes: 100 * MIB}], {parallel: 1, chunkBytes: 1000})).toBe(1000);
});
