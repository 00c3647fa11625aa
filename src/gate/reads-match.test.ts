import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {NO_READS, type ReadTally} from '../model/read-tally.ts';
import {readsMatch} from './reads-match.ts';

const enough = {equal: 100, answered: 200};
const check = (tally: Partial<ReadTally>, readPercent = 100) =>
  readsMatch.check(measures({reads: async () => ({routers: 1, readPercent, tally: {...NO_READS, ...tally}, enough, failuresMax: 2})}));

test('go with enough reads answered by the target, or compared beside it', async () => {
  expect(await check({served: 200})).toMatchObject({go: true, evidence: expect.stringContaining('200 answered by the target')});
  expect(await check({equal: 100}, 0)).toMatchObject({go: true, evidence: expect.stringContaining('0 % of the reads go to the target')});
});

test('too few say nothing against the target, and nothing for it', async () => {
  expect(await check({equal: 99, served: 199})).toMatchObject({go: false, isUnmeasured: true});
});

test('no-go for one difference, with its statement', async () => {
  const samples = [{statement: 'SELECT a FROM b', columns: ['a'], rows: {source: 1, target: 0}}];
  expect(await check({served: 10_000, differing: 1, samples})).toMatchObject({
    go: false,
    isUnmeasured: false,
    evidence: expect.stringContaining('1 have another answer there, such as SELECT a FROM b'),
  });
});

test('no-go for more errors than so many reads may have', async () => {
  expect((await check({served: 200, failed: 2})).go).toBe(true);
  expect(await check({served: 200, failed: 3})).toMatchObject({go: false, isUnmeasured: false});
  expect((await check({served: 400, failed: 4})).go).toBe(true);
  expect((await check({served: 400, failed: 5})).go).toBe(false);
});
