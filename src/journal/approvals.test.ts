import {describe, expect, test} from 'vitest';
import {ANN, approve, atCutover, ended, passed, signal, started, stateAfter} from '../../test/support/journal-facts.ts';
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
});
