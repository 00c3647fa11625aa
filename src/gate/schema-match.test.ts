import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {schemaMatch} from './schema-match.ts';

test('is green when both catalogues say the same', async () => {
  expect(await schemaMatch.check(measures({schemaDifferences: async () => []}))).toMatchObject({go: true});
});

test('names the first differences and counts the others', async () => {
  const found = Array.from({length: 7}, (_, i) => `index shop.i${i} is missing on the target`);
  const verdict = await schemaMatch.check(measures({schemaDifferences: async () => found}));
  expect(verdict.go).toBe(false);
  expect(verdict.evidence).toContain('7 differences: index shop.i0 is missing');
  expect(verdict.evidence).toMatch(/index shop\.i4 is missing on the target, and 2 more$/);
});

test('a comparison that failed is no answer', async () => {
  const failing = measures({schemaDifferences: () => Promise.reject(new Error('no connection'))});
  await expect(schemaMatch.check(failing)).rejects.toThrow('no connection');
});
