/** Whoever writes any field of a journal anew, and all hashes after it, is found out: by a signature, or by the databases' copies. */
import {describe, expect, test} from 'vitest';
import {passed, runner, started, through, verdict, BEFORE_CUTOVER} from '../../test/support/journal-facts.ts';
import {forgeriesOf} from '../../test/support/forged.ts';
import {and, approvedBy, createdWith, keyed} from '../../test/support/people.ts';
import {standingApprovals} from './approvals.ts';
import {headFaults, verifyChain} from './chain.ts';
import {signatureFaults} from './genuine.ts';
import type {JournalFact} from './journal.ts';

const [ann, bob] = [keyed('ann', 'approve', 'ann (uid 1000)'), keyed('bob')];
const placed = (fact: JournalFact, place: number): JournalFact => ({...fact, place}) as JournalFact;

const seen = and(
  [],
  createdWith(ann, bob),
  runner(1),
  ...through(...BEFORE_CUTOVER),
  placed(verdict('checksum-match', true), 0),
  placed(verdict('sql', true), 1),
);
const approval = seen.length + 1;
const whole = and(seen, approvedBy(ann, seen), passed('checksum-match', 'approval'), started('cutover'));

test('a journal as it was written has no fault, and the approval counts', () => {
  expect([...verifyChain('m1', whole, whole), ...signatureFaults(whole)]).toEqual([]);
  expect(standingApprovals(whole)).toMatchObject([{seq: approval, actor: {name: 'ann'}, isSigned: true}]);
});

const cases = forgeriesOf(whole);

describe('any field of any entry, written anew with all hashes after it', () => {
  test('there are as many as one would think', () => {
    expect(cases.length).toBeGreaterThan(80);
    expect(cases.map(({field}) => field)).toEqual(
      expect.arrayContaining([
        'fact.planChecksum',
        'fact.plan.cutover.start',
        'fact.plan.approval.people.0.key',
        'fact.verdict.evidence',
        'fact.signal.signed.signature',
        'fact.actor.account',
        'fact.reason',
        'at',
      ]),
    );
  });

  test.each(cases)('entry $seq, $field: the copies in the databases show it', ({entries}) => {
    expect(verifyChain('m1', entries)).toEqual([]);
    expect(
      headFaults(
        entries,
        [whole.at(-1) ?? seen[0]].flatMap((head) => head ?? []),
      ),
    ).not.toEqual([]);
  });

  test.each(cases.filter(({seq}) => seq < approval))(
    'entry $seq, $field: the signature that came after it shows it, without any database',
    ({entries}) => {
      expect(signatureFaults(entries)).toMatchObject([{seq: approval, what: 'changed'}]);
      expect(standingApprovals(entries)).toEqual([]);
    },
  );

  test.each(cases.filter(({seq}) => seq === approval))('the approval itself, $field: it counts no more', ({entries}) => {
    expect(standingApprovals(entries)).toEqual([]);
  });
});

describe('an approval', () => {
  const standing = (...facts: readonly JournalFact[]) => standingApprovals(and(seen, ...facts)).length;
  const bySomeAccount: JournalFact = {
    type: 'signal',
    signal: {type: 'approve', gate: 'approval', planChecksum: 'c1'},
    actor: {kind: 'person', name: 'ann', authenticated: true},
    reason: undefined,
  };

  test('of an account counts for nothing where the plan knows people, and one that claims a name is a fault', () => {
    expect(standing(bySomeAccount)).toBe(0);
    expect(signatureFaults(and(seen, bySomeAccount))).toMatchObject([{seq: approval, detail: expect.stringContaining('signed nothing')}]);
  });

  test('taken from another run, or signed before something else was recorded, is none', () => {
    const other = and([], createdWith(ann, bob), runner(2), ...through(...BEFORE_CUTOVER), ...seen.slice(-2).map(({fact}) => fact));
    expect(standing(approvedBy(ann, other))).toBe(0);
    expect(standing(approvedBy(ann, seen))).toBe(1);
  });

  test('counts only from somebody who may, and whom the plan still knows', () => {
    const [eve, op] = [keyed('eve'), keyed('op', 'operate')];
    expect(standing(approvedBy(eve, seen))).toBe(0);
    expect(standing(approvedBy({...eve, name: 'bob'}, seen))).toBe(0);
    const withOp = and([], createdWith(ann, op), runner(1), ...through(...BEFORE_CUTOVER));
    expect(standingApprovals(and(withOp, approvedBy(op, withOp)))).toEqual([]);
    expect(signatureFaults(and(withOp, approvedBy(op, withOp)))).toMatchObject([{detail: 'op may operate, and not approve'}]);
  });

  test('counts once: after it was rejected, its copy brings it not back, and is a fault', () => {
    const yes = approvedBy(ann, seen);
    const no: JournalFact = {type: 'signal', signal: {type: 'reject', gate: 'approval'}, actor: yes.actor, reason: 'no'};
    const unsigned = {...no, actor: {...yes.actor, authenticated: false}};
    expect(standing(yes, unsigned)).toBe(0);
    expect(standing(yes, unsigned, yes)).toBe(0);
    expect(signatureFaults(and(seen, yes, unsigned, yes))).toMatchObject([
      {seq: approval + 2, detail: expect.stringContaining(`given once, in entry ${approval}`)},
    ]);
    const later = and(seen, yes, unsigned);
    expect(standingApprovals(and(later, approvedBy(ann, later)))).toHaveLength(1);
  });
});
