import {expect, it} from 'vitest';
import {ANN, created, runner, started, stateAfter} from '../../test/support/journal-facts.ts';
import type {JournalFact} from './journal.ts';

it('a runner that was unlocked is no more, and its epoch is over', () => {
  const unlocked: JournalFact = {
    type: 'unlocked',
    holder: 'ann@db, pid 4711',
    since: '2026-05-01T10:00:00.000Z',
    epoch: 2,
    override: undefined,
    actor: ANN,
    reason: 'it hangs',
  };
  const begun = [created, runner(1), started('assess')];
  expect(stateAfter(...begun)).toMatchObject({status: 'running', epoch: 1, runner: {stopped: undefined}});
  expect(stateAfter(...begun, unlocked)).toMatchObject({status: 'paused', epoch: 2, runner: {stopped: 'unlocked by ann'}});
  expect(stateAfter(...begun, unlocked, runner(3))).toMatchObject({status: 'running', epoch: 3, runner: {stopped: undefined}});
});
