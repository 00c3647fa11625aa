import {expect, test} from 'vitest';
import {atCutover, ended, runner, started, stateAfter, through} from '../../test/support/journal-facts.ts';
import type {JournalFact} from './journal.ts';

const proof = (canary: unknown, phase = 'cutover', attempt = 1): JournalFact => ({
  ...{type: 'step-outcome', phase, step: 'prove', attempt},
  evidence: {switches: {}, canary},
});
const failure = {code: 'CF-CANARY-001', reason: 'the target serves and is not reached through x'};
const GONE = {unmeasured: 'the runner that measured it is gone'};

test('the newest cutover counts, in either direction', () => {
  expect(stateAfter(...atCutover, started('cutover')).canary).toBeUndefined();
  const forward = [...atCutover, started('cutover'), proof({stallMs: 41, failure}), ended('cutover'), started('reverse-window')];
  expect(stateAfter(...forward).canary).toEqual({phase: 'cutover', stallMs: 41, unmeasured: undefined, failure});
  const back = [...forward, ended('reverse-window', 'reverse'), started('reverse-cutover'), proof({stallMs: 7}, 'reverse-cutover')];
  expect(stateAfter(...back).canary).toEqual({phase: 'reverse-cutover', stallMs: 7, unmeasured: undefined, failure: undefined});
});

test('a successor that could not measure does not undo what was found before it, and does not inherit an older cutover', () => {
  const killed = [...atCutover, started('cutover'), proof({stallMs: 41, failure}), runner(2), proof(GONE)];
  expect(stateAfter(...killed).canary).toMatchObject({failure});
  const again = [
    ...killed,
    ended('cutover'),
    started('reverse-window'),
    ended('reverse-window', 'reverse'),
    ...through('reverse-cutover', 'catch-up', 'verify-data'),
  ];
  expect(stateAfter(...again, started('cutover'), proof(GONE, 'cutover', 2)).canary).toMatchObject({...GONE, failure: undefined});
});

test('a journal of a version without a canary has none', () => {
  const facts: JournalFact[] = [
    ...atCutover,
    started('cutover'),
    {type: 'step-outcome', phase: 'cutover', step: 'prove', attempt: 1, evidence: {router: 'target'}},
  ];
  expect(stateAfter(...facts).canary).toBeUndefined();
});
