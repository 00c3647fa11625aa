import {expect, test} from 'vitest';
import {keyed} from '../../test/support/people.ts';
import type {Person} from '../model/person.ts';
import type {Plan} from '../plan/plan.ts';
import {signerOf} from './rehearse-signer.ts';

const [ann, olga, vera, stranger] = [keyed('ann'), keyed('olga', 'operate'), keyed('vera', 'view'), keyed('stranger')];
const plan = (...people: readonly Person[]) =>
  ({approval: {quorum: 1, starterMay: false, expiresMs: 1, ...(people.length ? {people} : {})}}) as Plan;

test('a record is signed by whom the plan knows and lets operate or approve, and by nobody where it knows nobody', () => {
  expect(signerOf(plan(ann, olga), olga.secret)).toEqual({name: 'olga', key: olga.secret});
  expect(signerOf(plan(ann, olga), ann.secret)).toEqual({name: 'ann', key: ann.secret});
  expect(signerOf(plan(), undefined)).toBeUndefined();
});

test.each([
  ['somebody who may only look', plan(ann, vera), vera.secret, /knows nobody with this key/],
  ['a key of nobody', plan(ann), stranger.secret, /knows nobody with this key/],
  ['a key where the plan knows nobody', plan(), ann.secret, /knows nobody with this key/],
  ['no key where it knows people', plan(ann), undefined, /wants to know who rehearses/],
])('%s is refused before anything is begun', (_, which, key, words) => {
  expect(() => signerOf(which, key)).toThrow(expect.objectContaining({code: 'CF-APPROVE-001', message: expect.stringMatching(words)}));
});
