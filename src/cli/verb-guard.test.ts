import {describe, expect, it} from 'vitest';
import {BEFORE_CUTOVER, created, ended, passed, runner, started, stateAfter, through} from '../../test/support/journal-facts.ts';
import {liveMigration} from '../../workflows/live-migration.ts';
import type {JournalFact} from '../journal/journal.ts';
import {fittingVerbs, gatesOf, requireFit, requireWindowOver} from './verb-guard.ts';

const begun = [created, runner(1)];
const atCutover = [...begun, ...through(...BEFORE_CUTOVER)];
const decided = (side: 'source' | 'target'): JournalFact => ({type: 'decision', what: 'commit', side, epoch: 1, evidence: {}});
const onTarget = [...atCutover, started('cutover'), decided('target'), ended('cutover')];

describe('the verbs that fit', () => {
  it.each<[string, readonly JournalFact[], readonly string[]]>([
    ['before anything', begun, ['pause', 'abort']],
    ['while loading', [...begun, ...through('assess', 'prepare-target'), started('initial-load')], ['pause', 'abort']],
    ['before the cutover', atCutover, ['pause', 'approve', 'reject', 'cutover', 'abort']],
    ['in the cutover', [...atCutover, passed(), started('cutover')], ['pause', 'abort']],
    ['in the cutover after its decision', [...atCutover, started('cutover'), decided('target')], ['pause']],
    ['before the reverse window', onTarget, ['pause']],
    ['in the reverse window', [...onTarget, started('reverse-window')], ['pause', 'reverse', 'complete']],
    ['before the way back', [...onTarget, started('reverse-window'), ended('reverse-window', 'reverse')], ['pause', 'approve', 'reject']],
    [
      'back on the source',
      [
        ...onTarget,
        started('reverse-window'),
        ended('reverse-window', 'reverse'),
        started('reverse-cutover'),
        decided('source'),
        ended('reverse-cutover'),
      ],
      ['pause', 'abort'],
    ],
    ['while retiring', [...onTarget, ...through('reverse-window'), started('decommission')], ['pause']],
    ['at the end', [...onTarget, ...through('reverse-window', 'decommission')], []],
    ['after an abort', [...begun, started('assess'), ended('assess', 'abort')], []],
  ])('%s', (_, facts, verbs) => {
    expect(fittingVerbs(stateAfter(...facts), liveMigration)).toEqual(verbs);
  });
});

describe('a refusal', () => {
  it('says which state the run is in and which verbs fit', () => {
    const state = stateAfter(...onTarget, started('reverse-window'));
    expect(() => requireFit('abort', state, liveMigration)).toThrow(
      'abort does not fit: the run is in reverse-window; abort fits before the cutover only; after it, reverse moves the traffic back; what fits now: pause, reverse, complete',
    );
    expect(() => requireFit('cutover', stateAfter(...begun), liveMigration)).toThrow(
      'the run is about to begin assess; cutover fits when the run stands before its cutover',
    );
    expect(() => requireFit('pause', stateAfter(...onTarget, ...through('reverse-window', 'decommission')), liveMigration)).toThrow(
      'the run is completed',
    );
  });

  it.each(['pause', 'throttle', 'unthrottle', 'set'] as const)('%s fits until the run is final', (verb) => {
    for (const facts of [begun, atCutover, onTarget, [...onTarget, started('reverse-window')]])
      expect(() => requireFit(verb, stateAfter(...facts), liveMigration)).not.toThrow();
    const final = stateAfter(...onTarget, ...through('reverse-window', 'decommission'));
    expect(() => requireFit(verb, final, liveMigration)).toThrow(
      `${verb} does not fit: the run is completed; ${verb} fits until the run is final`,
    );
  });

  it('names the gates of the phase when another is meant', () => {
    const state = stateAfter(...atCutover);
    expect(() => requireFit('approve', state, liveMigration, 'approval')).not.toThrow();
    expect(() => requireFit('approve', state, liveMigration, 'aproval')).toThrow(
      'the run stands before cutover, whose gates are replication-lag, checksum-match, approval',
    );
  });
});

describe('complete', () => {
  const state = stateAfter(...onTarget, started('reverse-window'));
  const until = Date.parse(state.reverseWindow?.until ?? '');

  it('is refused until the reverse window is over, with the moment, the time left and every way out', () => {
    const refusal = (): void => requireWindowOver(state, new Date(until - 90_000));
    expect(refusal).toThrow(`complete does not fit yet: the way back is kept until ${state.reverseWindow?.until}, another 90s`);
    expect(refusal).toThrow(
      expect.objectContaining({code: 'CF-VERB-002', next: expect.stringMatching(/wait.*amend.*reverse --confirm shop-17-to-18/)}),
    );
    expect(() => requireWindowOver(state, new Date(until - 1))).toThrow('another 1s');
    expect(() => requireWindowOver(state, new Date(until))).not.toThrow();
  });
});

it("a plan's own gates take the place of the workflow's", () => {
  const plan = {gates: {cutover: [{name: 'approval', settings: {}}], 'catch-up': []}};
  expect(gatesOf(stateAfter({...created, plan}, ...atCutover.slice(1)), liveMigration)).toEqual(['approval']);
  expect(gatesOf(stateAfter(...atCutover), liveMigration)).toEqual(['replication-lag', 'checksum-match', 'approval']);
});
