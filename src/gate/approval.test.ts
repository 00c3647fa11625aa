import {describe, expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {approval} from './approval.ts';
import type {Approved, Measures} from './gate.ts';

const AT = '2026-05-02T09:00:00.000Z';
const by = (actor: string, authenticated = true, at = AT): Approved => ({actor, account: actor, authenticated, at});
const check = (approvals: readonly Approved[], settings = {}, change: Partial<Measures> = {}) =>
  approval.check(measures({approvals: async () => approvals, settings, ...change}));

test('go when somebody else has said yes', async () => {
  expect(await check([by('bob')])).toEqual({go: true, evidence: '1 of 1 approvals: bob'});
});

test('no-go without anybody', async () => {
  expect(await check([])).toEqual({go: false, evidence: '0 of 1 approvals'});
});

test('who started the run counts only where the plan allows it', async () => {
  expect(await check([by('ann')])).toEqual({go: false, evidence: '0 of 1 approvals; ann started the run and does not count'});
  expect((await check([by('ann')], {starterMay: true})).go).toBe(true);
  expect((await check([by('ann')], {}, {approval: {quorum: 1, starterMay: true, expiresMs: 86_400_000}})).go).toBe(true);
});

test('a quorum is a number of people, not of approvals', async () => {
  expect((await check([by('bob'), by('bob')], {quorum: 2})).go).toBe(false);
  expect(await check([by('bob'), by('cid')], {quorum: 2})).toEqual({go: true, evidence: '2 of 2 approvals: bob, cid'});
});

test('all bare uids together are one person', async () => {
  const bare = [by('uid 1000', false), by('uid 1001', false)];
  expect(await check(bare, {quorum: 2})).toEqual({go: false, evidence: '1 of 2 approvals: uid 1000 and uid 1001 (unauthenticated)'});
  expect((await check([...bare, by('bob')], {quorum: 2})).go).toBe(true);
  expect((await check([by('bob', false), by('bob')], {quorum: 2})).go).toBe(false);
});

test('an approval expires', async () => {
  const old = by('bob', true, '2026-05-01T09:59:59.999Z');
  expect(await check([old])).toEqual({go: false, evidence: '0 of 1 approvals; 1 expired after 1d00h'});
  expect((await check([old], {expires: '25h'})).go).toBe(true);
  expect((await check([by('bob')], {expires: '30m'})).go).toBe(false);
});

test('throws when it cannot measure', async () => {
  await expect(check([], {}, {approvals: () => Promise.reject(new Error('no journal'))})).rejects.toThrow('no journal');
  await expect(check([by('bob', true, 'yesterday')])).rejects.toThrow('no readable time');
});

test.each([{quorum: 0}, {quorum: 1.5}, {quorum: '2'}, {expires: 'never'}, {starterMay: 'yes'}])(
  'throws when a setting cannot be read: %j',
  async (settings) => {
    await expect(check([by('bob')], settings)).rejects.toMatchObject({code: 'CF-PLAN-001'});
  },
);

describe('where the plan knows people', () => {
  const person = (name: string, ...accounts: readonly string[]) => ({name, key: '', role: 'approve', accounts}) as const;
  const rules = {quorum: 1, starterMay: false, expiresMs: 86_400_000};
  const from = (actor: string, account: string): Approved => ({actor, account, authenticated: true, at: AT});
  const asked = async (people: readonly ReturnType<typeof person>[], approved: Approved, starter = 'ann (uid 1000)') =>
    (await check([approved], {}, {starter: async () => starter, approval: {...rules, people}})).go;

  test('the starter is known by an account, whatever account the approval came from', async () => {
    expect(await asked([person('ann', 'ann (uid 1000)'), person('bob')], from('ann', 'other (uid 2)'))).toBe(false);
    expect(await asked([person('ann', 'ann (uid 1000)'), person('bob')], from('bob', 'ann (uid 1000)'))).toBe(true);
  });

  test('where nobody is known to use the account, nothing that comes from it counts', async () => {
    expect(await asked([person('ann'), person('bob')], from('bob', 'ann (uid 1000)'))).toBe(false);
    expect(await asked([person('ann'), person('bob')], from('bob', 'bob (uid 1001)'))).toBe(true);
  });

  test('they are named in the limits', () => {
    expect(approval.limits?.(measures({approval: {...rules, people: [person('ann'), person('bob')]}}))).toContain('signed by ann, bob');
  });
});
