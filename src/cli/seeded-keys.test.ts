import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {hashedKey} from '../verify/verifier.ts';
import {seededKeys} from './seeded-keys.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'crossfade-seeded-'))));
afterAll(() => rmSync(folder, {recursive: true}));
const file = (...lines: readonly string[]): string => {
  writeFileSync(join(folder, 'seeds.jsonl'), lines.join('\n'));
  return join(folder, 'seeds.jsonl');
};

it('reads rows, and gives away their hashes only', async () => {
  const keys = await seededKeys(file('{"table":"shop.orders","key":["42"]}', '', '{"table":"shop.parts","key":["a.b",null],"more":1}', ''));
  expect(keys).toEqual([hashedKey({schema: 'shop', name: 'orders'}, ['42']), hashedKey({schema: 'shop', name: 'parts'}, ['a.b', null])]);
});

it.each([
  ['no JSON', 'shop.orders 42'],
  ['no schema', '{"table":"orders","key":["42"]}'],
  ['a number, which is no text', '{"table":"shop.orders","key":[42]}'],
  ['no key', '{"table":"shop.orders","key":[]}'],
])('refuses a line with %s, by its number', async (_what, line) => {
  await expect(seededKeys(file('{"table":"shop.orders","key":["42"]}', line))).rejects.toMatchObject({
    code: 'CF-USAGE-001',
    message: expect.stringContaining('line 2'),
  });
});

it('refuses a file that is not there, and one with too many rows', async () => {
  await expect(seededKeys(join(folder, 'nowhere'))).rejects.toMatchObject({code: 'CF-USAGE-001'});
  const line = '{"table":"shop.orders","key":["42"]}';
  await expect(seededKeys(file(...Array.from({length: 1001}, () => line)))).rejects.toThrow('1001 rows');
});
