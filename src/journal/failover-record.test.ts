import {expect, test} from 'vitest';
import {atCutover, ended, runner, started, stateAfter} from '../../test/support/journal-facts.ts';
import type {JournalFact} from './journal.ts';

const intent = (step: string, phase = 'cutover'): JournalFact => ({type: 'step-intent', phase, step, attempt: 1});
const outcome = (step: string, phase = 'cutover'): JournalFact => ({type: 'step-outcome', phase, step, attempt: 1, evidence: {}});

test('it is paused from the moment somebody set out to pause it until somebody has resumed it', () => {
  const begun = [...atCutover, started('cutover')];
  expect(stateAfter(...begun).failoverPaused).toBeUndefined();
  const pausing = [...begun, intent('pause-failover')];
  expect(stateAfter(...pausing).failoverPaused).toMatchObject({phase: 'cutover'});
  const killed = [...pausing, outcome('pause-failover'), intent('resume-failover'), runner(2)];
  expect(stateAfter(...killed).failoverPaused).toMatchObject({phase: 'cutover'});
  const resumed = [...killed, outcome('resume-failover')];
  expect(stateAfter(...resumed).failoverPaused).toBeUndefined();
  const again = [...resumed, ended('cutover', 'back'), started('cutover'), intent('pause-failover')];
  expect(stateAfter(...again).failoverPaused).toMatchObject({phase: 'cutover'});
});
