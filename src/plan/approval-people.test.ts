import {expect, test} from 'vitest';
import {keyed} from '../../test/support/people.ts';
import {approval} from './plan-parts.ts';

const [ann, bob] = [keyed('ann'), keyed('bob')].map(({name, key}) => ({name, key}));
const issues = (written: unknown): string => JSON.stringify(approval.safeParse(written).error?.issues ?? []);

test('people have a role and accounts, and a plan without them has no word of it', () => {
  expect(approval.parse({people: [ann]})).toMatchObject({people: [{...ann, role: 'approve', accounts: []}]});
  expect(approval.parse({})).toEqual({quorum: 1, starterMay: false, expires: 86_400_000});
});

test.each([
  ['a key that is none', {people: [{name: 'ann', key: 'ed25519:short'}]}, 'must be ed25519: and 43 characters'],
  ['two people of one name', {people: [ann, {...bob, name: 'ann'}]}, 'names two people alike'],
  ['two names of one key', {people: [ann, {...ann, name: 'bob'}]}, 'gives one key to two people'],
  ['fewer than the quorum', {quorum: 2, people: [ann, {...bob, role: 'operate'}]}, 'at least as many people who may approve'],
  ['nobody', {people: []}, 'must name at least one'],
])('%s is refused', (_, written, says) => {
  expect(issues(written)).toContain(says);
});
