import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import type {TextRow} from './gate.ts';
import {sql} from './sql.ts';

const query = 'SELECT id FROM shop.orders WHERE total < 0';
const check = (settings: Readonly<Record<string, unknown>>, target: readonly TextRow[], source = target) =>
  sql.check(measures({settings: {query, ...settings}, ask: async (side) => (side === 'source' ? source : target)}));
const rows = (count: number): TextRow[] => Array.from({length: count}, (_, i) => [String(i), null]);

test('a query for what is wrong: no row is go', async () => {
  expect(await check({name: 'no negative total'}, [])).toEqual({go: true, evidence: 'no negative total: no row', holdsMs: 10_000});
  expect(await check({}, [['7'], ['8']])).toMatchObject({go: false, evidence: 'the query: 2 rows, and none is wanted'});
  expect((await check({}, rows(1001))).evidence).toContain('more than 1000 rows');
});

test('a query for one value that is expected, as text', async () => {
  expect(await check({expect: '0'}, [['0']])).toMatchObject({go: true, evidence: 'the query: 0'});
  expect(await check({expect: '0'}, [['12']])).toMatchObject({go: false, evidence: 'the query: 12 instead of 0'});
  expect(await check({expect: '0'}, [[null]])).toMatchObject({go: false, evidence: 'the query: null instead of 0'});
  expect((await check({expect: '1'}, [['1.0']])).go).toBe(false);
});

test.each([[[]], [[['0'], ['0']]], [[['0', '0']]]])('throws where the answer is not one value: %j', async (answer) => {
  await expect(check({expect: '0'}, answer)).rejects.toThrow('one row and one column');
});

test('one question to both sides: the answers have to be alike', async () => {
  expect(await check({on: 'both'}, [['99.50']])).toMatchObject({go: true, evidence: 'the query: the same on both sides, 99.50'});
  expect(await check({on: 'both'}, [['99.50']], [['98.50']])).toMatchObject({
    go: false,
    evidence: 'the query: 98.50 on the source, 99.50 on the target',
  });
  expect(await check({on: 'both'}, rows(3), rows(2))).toMatchObject({
    go: false,
    evidence: 'the query: 2 rows on the source, 3 rows on the target, first in row 3',
  });
  await expect(check({on: 'both'}, rows(1001))).rejects.toThrow('too long to compare');
});

test('asks the side the plan names, with its limit', async () => {
  const asked: unknown[] = [];
  const ask = async (...question: readonly unknown[]) => (asked.push(question), []);
  await sql.check(measures({settings: {query, on: 'source', timeout: '2s'}, ask}));
  await sql.check(measures({settings: {query}, ask}));
  expect(asked).toEqual([
    ['source', query, {limitMs: 2000, rowsMax: 1001}],
    ['target', query, {limitMs: 30_000, rowsMax: 1001}],
  ]);
});

test('throws when it cannot measure', async () => {
  await expect(sql.check(measures({settings: {query}, ask: () => Promise.reject(new Error('no such table'))}))).rejects.toThrow(
    'no such table',
  );
  await expect(sql.check(measures({settings: {}}))).rejects.toMatchObject({code: 'CF-PLAN-001'});
});
