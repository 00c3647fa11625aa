import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {reverseReady} from './reverse-ready.ts';

const check = (...faults: readonly string[]) => reverseReady.check(measures({wayBackFaults: async () => faults}));

test('go when nothing stands in the way back', async () => {
  expect(await check()).toEqual({go: true, evidence: 'nothing stands in the way back'});
});

test('no-go with what does', async () => {
  expect(await check('wal_level is replica', 'missing: GRANT x')).toEqual({go: false, evidence: 'wal_level is replica; missing: GRANT x'});
  expect((await check('a', 'b', 'c', 'd', 'e', 'f')).evidence).toContain('and 1 more');
});
