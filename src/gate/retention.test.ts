import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {retention} from './retention.ts';

const check = (...outlooks: readonly {isWell: boolean; words: string}[]) => retention.check(measures({retention: async () => outlooks}));

test('go while everything is well', async () => {
  expect(await check({isWell: true, words: 'a'}, {isWell: true, words: 'b'})).toEqual({go: true, evidence: 'a; b'});
});

test('no-go names only what runs out', async () => {
  expect(await check({isWell: true, words: 'a'}, {isWell: false, words: 'b'})).toEqual({go: false, evidence: 'b'});
});

test('throws where nothing tells, or nobody could look', async () => {
  await expect(check()).rejects.toThrow('max_slot_wal_keep_size');
  await expect(retention.check(measures({retention: () => Promise.reject(new Error('no connection'))}))).rejects.toThrow('no connection');
});
