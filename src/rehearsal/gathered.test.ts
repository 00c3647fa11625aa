import {expect, test} from 'vitest';
import type {ColumnDisguise} from '../model/column-disguise.ts';
import type {Row} from '../model/change.ts';
import {gathered} from './gathered.ts';
import type {TableDisguise} from './rehearsal.ts';

const table = (disguise: ColumnDisguise): TableDisguise =>
  ({columns: new Map([['gender', {column: 'gender', disguise}]])}) as unknown as TableDisguise;

async function* oneByOne(count: number, value: string): AsyncGenerator<readonly Row[]> {
  for (let i = 0; i < count; i++) yield [{id: String(i), gender: value}];
}

const sizes = async (disguise: ColumnDisguise, count: number, value = 'x'): Promise<readonly number[]> => {
  const found: number[] = [];
  for await (const rows of gathered(table(disguise), oneByOne(count, value))) found.push(rows.length);
  return found;
};

test('rows whose values are exchanged come many at a time, however few the server sends', async () => {
  expect(await sizes({kind: 'shuffle'}, 2500)).toEqual([1000, 1500]);
  expect(await sizes({kind: 'shuffle'}, 1001)).toEqual([1001]);
  expect(await sizes({kind: 'fake'}, 3)).toEqual([1, 1, 1]);
});

test('very large ones come fewer at a time, and never alone', async () => {
  expect(await sizes({kind: 'shuffle'}, 4, 'x'.repeat(65 << 20))).toEqual([2, 2]);
});
