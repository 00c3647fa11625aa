import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {applicationRoles} from './application-roles.ts';

const check = (faults: readonly string[]) => applicationRoles.check(measures({applicationRoleFaults: async () => faults}));

test('go when nothing is missing', async () => {
  expect(await check([])).toMatchObject({go: true});
});

test('no-go names what is missing, and how much is not named', async () => {
  expect(await check(['a', 'b'])).toEqual({go: false, evidence: 'a; b'});
  expect((await check(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).evidence).toBe('a; b; c; d; e; and 2 more, see crossfade doctor');
});

test('what cannot be asked is not taken for a go', async () => {
  const failing = measures({applicationRoleFaults: () => Promise.reject(new Error('no connection'))});
  await expect(applicationRoles.check(failing)).rejects.toThrow('no connection');
});
