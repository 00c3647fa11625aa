import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {longTransactions} from './long-transactions.ts';

const open = (...ages: readonly (number | undefined)[]) => ages.map((ageMs, i) => ({words: `process ${i + 1} of app`, ageMs}));
const check = (ages: readonly (number | undefined)[], settings = {}) =>
  longTransactions.check(measures({longTransactions: async () => open(...ages), settings}));

test('go while every transaction on the tables is young', async () => {
  expect(await check([])).toEqual({go: true, evidence: '0 transactions open, none older than 5 s'});
  expect(await check([10, 5000])).toEqual({go: true, evidence: '2 transactions open, none older than 5 s'});
});

test('no-go while one is older than the limit, with who it is', async () => {
  expect(await check([10, 5001])).toEqual({go: false, evidence: 'older than 5 s: process 2 of app'});
  expect((await check([5001], {max: '1m'})).go).toBe(true);
  expect((await check([2000, 2000, 2000, 2000, 2000], {max: '1s'})).evidence).toBe(
    'older than 1 s: process 1 of app; process 2 of app; process 3 of app; and 2 more',
  );
});

test('throws where an age is not shown, since it may be any', async () => {
  await expect(check([10, undefined])).rejects.toThrow('the age of process 2 of app is not shown');
});
