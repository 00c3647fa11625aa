import {describe, expect, test} from 'vitest';
import {ANN, approve, atCutover, ended, journal, passed, signal, started, stateAfter} from '../../test/support/journal-facts.ts';
import {evidenceDigest, evidenceIn} from './evidence.ts';
import type {JournalFact} from './journal.ts';

describe('approvals', () => {
  const standing = (...facts: readonly JournalFact[]) => stateAfter(...facts).approvals.length;

  test('stand for the plan they were given for', () => {
    expect(stateAfter(...atCutover, approve()).approvals).toMatchObject([{gate: 'approval', actor: ANN}]);
    expect(standing(...atCutover, approve('another'))).toBe(0);
  });

  test('fall when the plan is amended, and can be given again', () => {
    const amended: JournalFact = {type: 'plan-amended', checksum: 'c2', plan: {reverse: {windowMs: 1}}, diff: '', reason: 'longer'};
    const state = stateAfter(...atCutover, approve(), amended);
    expect(state).toMatchObject({approvals: [], plan: {checksum: 'c2', content: {reverse: {windowMs: 1}}}});
    expect(standing(...atCutover, amended, approve('c1'))).toBe(0);
    expect(standing(...atCutover, amended, approve('c2'))).toBe(1);
  });

  test('fall when their gate is rejected', () => {
    expect(standing(...atCutover, approve(), signal({type: 'reject', gate: 'other'}))).toBe(1);
    expect(standing(...atCutover, approve(), signal({type: 'reject', gate: 'approval'}))).toBe(0);
  });

  test('outlive an attempt that was called off, and are used up by one that was done', () => {
    const cutover = [...atCutover, approve(), passed('approval'), started('cutover')];
    expect(standing(...cutover, ended('cutover', 'back'))).toBe(1);
    expect(standing(...cutover, ended('cutover', 'done'))).toBe(0);
  });

  describe('that were given for evidence', () => {
    const at = (place: number, gate: string, go: boolean, evidence = 'lag 1'): JournalFact => ({
      type: 'gate-verdict',
      phase: 'cutover',
      place,
      verdict: {gate, go, evidence},
    });
    const seen = [...atCutover, at(0, 'checksum-match', true), at(1, 'sql', false, 'two orders'), at(2, 'approval', false)];
    const given = (before: readonly JournalFact[] = seen): JournalFact =>
      signal({type: 'approve', gate: 'approval', planChecksum: 'c1', evidence: evidenceDigest(evidenceIn(journal(before)))});
    const after = (...facts: readonly JournalFact[]) => standing(...seen, given(), ...facts);

    test('stand while nothing moves, and when something turns green', () => {
      expect(after()).toBe(1);
      expect(after(at(0, 'checksum-match', true, 'compared anew'), at(1, 'sql', true))).toBe(1);
      expect(after(at(1, 'sql', false, 'two orders'))).toBe(1);
    });

    test('fall when a check turns red that was green, or red for another reason', () => {
      expect(after(at(0, 'checksum-match', false, '3 rows differ'))).toBe(0);
      expect(after(at(1, 'sql', false, 'a payment'))).toBe(0);
      expect(after(at(1, 'sql', true), at(1, 'sql', false, 'two orders'))).toBe(0);
    });

    test('do not rest on what comes and goes, nor on a moment in which nothing could be measured', () => {
      const lag = {...at(3, 'replication-lag', false), isOfTheMoment: true} as JournalFact;
      expect(after(lag)).toBe(1);
      expect(after(at(0, 'checksum-match', false, 'could not be measured: the connection was lost'))).toBe(1);
    });

    test('count although a look at the gates was being recorded meanwhile that says nothing new', () => {
      expect(standing(...seen, at(0, 'checksum-match', true, 'compared anew'), given())).toBe(1);
    });

    test('are void from the start when it moved before they were recorded', () => {
      expect(standing(...seen, at(1, 'sql', false, 'a payment'), given())).toBe(0);
      expect(standing(...seen, at(1, 'sql', false, 'a payment'), given([...seen, at(1, 'sql', false, 'a payment')]))).toBe(1);
    });
  });
});
