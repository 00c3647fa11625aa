import {describe, expect, test} from 'vitest';
import {created, stateAfter} from '../../test/support/journal-facts.ts';
import type {JournalFact} from './journal.ts';

describe('verifications', () => {
  const summary = {equal: true, tables: 3, rows: '12000000000000000000', differing: 0, uncompared: 0};
  test('are the evidence of steps and phases, by its shape', () => {
    const outcome: JournalFact = {
      type: 'step-outcome',
      phase: 'verify-data',
      step: 'compare',
      attempt: 1,
      evidence: {...summary, equal: false},
    };
    const state = stateAfter(created, outcome, {
      type: 'phase-ended',
      phase: 'assess',
      outcome: 'done',
      evidence: {verification: {...summary, at: 'earlier'}},
    });
    expect(state.verifications).toEqual([
      {...summary, equal: false, at: '2026-05-01T10:01:00.000Z'},
      {...summary, at: 'earlier'},
    ]);
  });
  test('are counted from a full report, a red one too', () => {
    const report = {equal: false, differing: 1, uncompared: 0, tables: [{rows: '9007199254740993'}, {rows: '2'}]};
    const compared = (evidence: unknown) =>
      stateAfter(created, {type: 'step-outcome', phase: 'verify-data', step: 'compare', attempt: 1, evidence}).verifications;
    expect(compared(report)).toMatchObject([{equal: false, differing: 1, tables: 2, rows: '9007199254740995'}]);
    expect(compared({...report, tables: [{rows: '1'}, {}]})).toEqual([]);
  });
  test('are never guessed from half of one', () => {
    for (const missing of Object.keys(summary)) {
      const evidence = Object.fromEntries(Object.entries(summary).filter(([key]) => key !== missing));
      expect(
        stateAfter(created, {type: 'step-outcome', phase: 'verify-data', step: 'compare', attempt: 1, evidence}).verifications,
      ).toEqual([]);
    }
  });
});
