import {expect, test} from 'vitest';
import type {Entry, JournalFact} from './journal.ts';
import {lostAfter} from './mirrored.ts';

const started: JournalFact = {type: 'phase-started', phase: 'catch-up'};
const ended: JournalFact = {type: 'phase-ended', phase: 'initial-load', outcome: 'done', evidence: {}};
const intent: JournalFact = {type: 'step-intent', phase: 'catch-up', attempt: 1, step: 'analyze'};
const outcome: JournalFact = {type: 'step-outcome', phase: 'catch-up', attempt: 1, step: 'analyze', evidence: {}};
const entries = (...facts: readonly JournalFact[]): readonly Entry[] =>
  facts.map((fact, i) => ({seq: i + 1, at: '2026-01-01T00:00:00Z', hash: `${i}`, previous: '', fact}) as unknown as Entry);
const lost = (wasPromoted: boolean, ...facts: readonly JournalFact[]): number | undefined => lostAfter(entries(...facts), wasPromoted)?.seq;

test('what was still on its way is not lost: steps, and one entry that was not sent yet', () => {
  expect(lost(false)).toBeUndefined();
  expect(lost(false, intent, outcome, intent)).toBeUndefined();
  expect(lost(false, intent, outcome, ended, intent)).toBeUndefined();
});

test('two entries that are written only when both sides have all before them: the first was there', () => {
  expect(lost(false, outcome, ended, started)).toBe(2);
});

test('after a promotion nothing may be missing that an act of ours has left behind', () => {
  expect(lost(true)).toBeUndefined();
  expect(lost(true, intent)).toBeUndefined();
  expect(lost(true, intent, outcome)).toBe(2);
  expect(lost(true, ended)).toBe(1);
});
