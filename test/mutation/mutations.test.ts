/**
 * Every patch still fits the sources, and the fixed part, which needs no database, is put in and caught. All of them:
 * `npm run mutations`.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {describe, expect, test, vi} from 'vitest';
import {MutatedTree, patchesOf} from './mutate.ts';
import {mutations} from './mutations.ts';
import {applyPatch} from './patch.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Each is a run of its own; how long it takes says nothing. */
vi.setConfig({testTimeout: 1_800_000});

test('there is a patch for every bug, and no other', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.patch'));
  expect(files.toSorted()).toEqual(mutations.map(({bug}) => `${bug}.patch`).toSorted());
});

describe('every patch fits', () => {
  test.each(mutations.map((mutation) => [mutation.bug, mutation] as const))('%s', (_, mutation) => {
    for (const patch of patchesOf(mutation)) {
      const source = readFileSync(join(ROOT, patch.path), 'utf8');
      expect(applyPatch(patch, source)).not.toBe(source);
    }
  });
});

test('the bugs that can be caught without a database are caught, each by its own test', async () => {
  using tree = new MutatedTree();
  const missed: string[] = [];
  for (const mutation of mutations.filter(({file}) => !file.endsWith('.db.test.ts'))) {
    const fault = await tree.judge(mutation);
    if (fault !== undefined) missed.push(`${mutation.bug}: ${fault}`);
  }
  expect(missed).toEqual([]);
});
