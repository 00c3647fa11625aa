import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {replicationLag} from './replication-lag.ts';

const check = (lag: number, settings = {}) => replicationLag.check(measures({lagMs: async () => lag, settings}));

test('go up to the limit, one second unless the plan names one', async () => {
  expect(await check(40)).toEqual({go: true, evidence: 'lag 40 ms (limit 1000 ms)'});
  expect((await check(1000)).go).toBe(true);
  expect((await check(1500, {max: '2s'})).go).toBe(true);
  expect((await check(0, {max: 0})).go).toBe(true);
});

test('no-go above it, with what was measured rounded up', async () => {
  expect(await check(1000.2)).toEqual({go: false, evidence: 'lag 1001 ms (limit 1000 ms)'});
  expect(await check(300, {max: 250})).toEqual({go: false, evidence: 'lag 300 ms (limit 250 ms)'});
});

test('throws when it cannot measure', async () => {
  const broken = measures({lagMs: () => Promise.reject(new Error('the stream has stopped'))});
  await expect(replicationLag.check(broken)).rejects.toThrow('the stream has stopped');
  await expect(check(Number.NaN)).rejects.toThrow('not a measurement');
  await expect(check(-1)).rejects.toThrow('not a measurement');
});

test('throws when the limit cannot be read', async () => {
  for (const max of ['fast', '1 s later', '', -1, true, null]) await expect(check(0, {max})).rejects.toMatchObject({code: 'CF-PLAN-001'});
});
