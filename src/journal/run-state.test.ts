import {describe, expect, test} from 'vitest';
import {
  BEFORE_CUTOVER,
  atCutover,
  created,
  ended,
  passed,
  runner,
  signal,
  started,
  stateAfter,
  through,
  verdict,
} from '../../test/support/journal-facts.ts';
import type {JournalFact} from './journal.ts';
import {runState} from './run-state.ts';

describe('where the run stands', () => {
  test('just created', () => {
    expect(stateAfter(created)).toMatchObject({
      status: 'running',
      phase: 'assess',
      isPhaseOpen: false,
      attempt: 1,
      attempts: {},
      events: [],
      isFinal: false,
      plan: {name: 'shop-17-to-18', file: 'plans/shop.yaml', checksum: 'c1', workflow: 'live-migration'},
      version: '0.1.0',
      createdAt: '2026-05-01T10:00:00.000Z',
      epoch: 0,
      openSide: 'source',
      runner: undefined,
      starter: undefined,
    });
  });

  test('in a phase, after the events that led there', () => {
    const state = stateAfter(created, runner(1), ...through('assess', 'prepare-target'), started('initial-load'));
    expect(state).toMatchObject({phase: 'initial-load', isPhaseOpen: true, attempt: 1, status: 'running'});
    expect(state.events).toEqual([{type: 'done'}, {type: 'done'}]);
  });

  test('a crash and a restart belong to the same attempt, a second visit is the next', () => {
    const crashed = [...atCutover, started('cutover'), runner(2), started('cutover')];
    expect(stateAfter(...crashed)).toMatchObject({phase: 'cutover', attempt: 1, epoch: 2});
    const back = [...crashed, ended('cutover', 'back'), ...through('catch-up', 'verify-data')];
    expect(stateAfter(...back)).toMatchObject({
      phase: 'cutover',
      isPhaseOpen: false,
      attempt: 2,
      attempts: {cutover: 1, 'catch-up': 2, assess: 1},
    });
    expect(stateAfter(...back, started('cutover'))).toMatchObject({isPhaseOpen: true, attempt: 2, attempts: {cutover: 2}});
  });

  test('the end', () => {
    const completed = stateAfter(...atCutover, ...through('cutover', 'reverse-window', 'decommission'));
    expect(completed).toMatchObject({status: 'completed', phase: 'completed', isFinal: true, attempt: 0, waitingFor: undefined});
    expect(stateAfter(created, started('assess'), ended('assess', 'abort'))).toMatchObject({status: 'aborted', isFinal: true});
  });

  test('an outcome that is no event leads nowhere', () => {
    expect(stateAfter(created, started('assess'), ended('assess', 'interrupted'))).toMatchObject({
      phase: 'assess',
      isPhaseOpen: true,
      events: [],
    });
  });

  test('a journal that contradicts the workflow is our own fault', () => {
    expect(() => stateAfter(created, ended('cutover'))).toThrow('entry 2 ends cutover while the run is in assess');
    expect(() => stateAfter(created, ended('assess', 'reverse'))).toThrow('accepts no reverse');
  });

  test('an empty journal and an unknown workflow are refused', () => {
    expect(() => runState([])).toThrow(expect.objectContaining({code: 'CF-STATE-001'}));
    expect(() => stateAfter(runner(1))).toThrow(expect.objectContaining({code: 'CF-STATE-001'}));
    expect(() => stateAfter({...created, workflow: 'constructor'})).toThrow('the workflow constructor, which this version does not have');
  });

  test('the open side is that of the newest decision that names one', () => {
    const decided = (what: string, side: 'source' | 'target' | undefined): JournalFact => ({
      type: 'decision',
      what,
      side,
      epoch: 1,
      evidence: {},
    });
    expect(stateAfter(created, decided('commit', 'target'), decided('note', undefined)).openSide).toBe('target');
    expect(stateAfter(created, decided('commit', 'target'), decided('commit', 'source')).openSide).toBe('source');
  });
});

describe('why it waits', () => {
  test('for gates: the newest verdict of each, as far as it is red', () => {
    const state = stateAfter(...atCutover, verdict('replication-lag', false), verdict('approval', false), verdict('replication-lag', true));
    expect(state.status).toBe('waiting');
    expect(state.waitingFor).toEqual({kind: 'gates', phase: 'cutover', red: [{gate: 'approval', go: false, evidence: 'approval false'}]});
  });

  test('for the signal, when the plan starts by hand', () => {
    expect(stateAfter(...atCutover, verdict('approval', false), passed('approval')).waitingFor).toEqual({
      kind: 'signal',
      phase: 'cutover',
      signal: 'cutover',
    });
    expect(stateAfter(...atCutover, passed('approval'), signal({type: 'cutover'}))).toMatchObject({
      waitingFor: undefined,
      status: 'running',
    });
    const auto = {...created, plan: {cutover: {start: 'auto'}}};
    expect(stateAfter(auto, runner(1), ...through(...BEFORE_CUTOVER), passed('approval')).waitingFor).toBeUndefined();
  });

  test('for a gate that turned red after all were green', () => {
    const state = stateAfter(...atCutover, passed('approval'), signal({type: 'cutover'}), verdict('replication-lag', false));
    expect(state.waitingFor).toMatchObject({kind: 'gates', red: [{gate: 'replication-lag'}]});
  });

  test('the signal of an earlier attempt does not count', () => {
    const again = [
      passed('approval'),
      signal({type: 'cutover'}),
      started('cutover'),
      ended('cutover', 'back'),
      ...through('catch-up', 'verify-data'),
    ];
    expect(stateAfter(...atCutover, ...again).waitingFor).toMatchObject({kind: 'signal', signal: 'cutover'});
  });

  test('for the end of the reverse window, until somebody decides', () => {
    const window = [...atCutover, ...through('cutover'), started('reverse-window')];
    expect(stateAfter(...window)).toMatchObject({
      status: 'waiting',
      waitingFor: {kind: 'window', phase: 'reverse-window', since: '2026-05-01T10:14:00.000Z', until: '2026-05-01T11:14:00.000Z'},
    });
    expect(stateAfter(...window, signal({type: 'complete'})).waitingFor).toBeUndefined();
    expect(stateAfter(...window, signal({type: 'reverse'})).waitingFor).toBeUndefined();
    expect(stateAfter(...window, signal({type: 'pause'})).waitingFor).toMatchObject({kind: 'window'});
  });

  test('for that end still, when the runner has refused a request', () => {
    const asked = [...atCutover, ...through('cutover'), started('reverse-window'), signal({type: 'complete'})];
    const refused = {type: 'signal-refused', seq: asked.length, code: 'CF-VERB-002', reason: 'too early'} as const;
    expect(stateAfter(...asked, refused)).toMatchObject({status: 'waiting', waitingFor: {kind: 'window'}, signals: []});
    expect(stateAfter(...asked, refused, signal({type: 'complete'})).waitingFor).toBeUndefined();
  });

  test('for as long as the target serves: a way back that was called off does not begin the window anew', () => {
    const calledOff = [
      started('reverse-window'),
      ended('reverse-window', 'reverse'),
      started('reverse-cutover'),
      ended('reverse-cutover', 'back'),
    ];
    const once = [...atCutover, ...through('cutover'), ...calledOff, started('reverse-window')];
    expect(stateAfter(...once).reverseWindow).toMatchObject({since: '2026-05-01T10:14:00.000Z'});

    const back: JournalFact = {type: 'decision', what: 'cutover reverse', side: 'source', epoch: 2, evidence: {}};
    const again = [...once, ended('reverse-window', 'reverse'), started('reverse-cutover'), back, ended('reverse-cutover')];
    expect(stateAfter(...again).reverseWindow).toBeUndefined();
    const second = [...again, ...through('catch-up', 'verify-data', 'cutover'), started('reverse-window')];
    expect(stateAfter(...second).reverseWindow).toMatchObject({since: '2026-05-01T10:29:00.000Z', until: '2026-05-01T11:29:00.000Z'});
  });

  test('not at all while a phase works', () => {
    expect(stateAfter(...atCutover, verdict('approval', false), started('cutover')).waitingFor).toBeUndefined();
  });
});

describe('what became of the runner', () => {
  const failed: JournalFact = {type: 'failed', code: 'CF-CONN-001', error: 'no route'};

  test('a failure is the state until the next runner starts', () => {
    expect(stateAfter(created, runner(1), failed)).toMatchObject({
      status: 'failed',
      lastFailure: {seq: 3, code: 'CF-CONN-001', error: 'no route'},
    });
    expect(stateAfter(created, runner(1), failed, runner(2))).toMatchObject({
      status: 'running',
      lastFailure: {error: 'no route'},
      epoch: 2,
    });
  });

  test('the newest runner, whether it said goodbye, and who was first', () => {
    const state = stateAfter(created, runner(1), {type: 'runner-stopped', reason: 'SIGTERM'});
    expect(state).toMatchObject({status: 'paused', starter: 'host-1', runner: {holder: 'host-1', pid: 101, stopped: 'SIGTERM'}});
    expect(stateAfter(created, runner(1), runner(2))).toMatchObject({starter: 'host-1', runner: {holder: 'host-2', stopped: undefined}});
  });

  test('paused from the moment it pauses, asked from the moment somebody asks', () => {
    expect(stateAfter(created, runner(1), signal({type: 'pause'}))).toMatchObject({
      isPauseRequested: true,
      status: 'running',
      paused: undefined,
    });
    const paused = [created, runner(1), signal({type: 'pause'}), {type: 'paused', where: 'chunk'} as const];
    expect(stateAfter(...paused)).toMatchObject({status: 'paused', paused: {where: 'chunk'}});
    const resumed = stateAfter(...paused, signal({type: 'resume'}), {type: 'resumed', where: 'chunk'});
    expect(resumed).toMatchObject({status: 'running', isPauseRequested: false, paused: undefined});
    expect(stateAfter(created, signal({type: 'reject', gate: 'approval'})).isPauseRequested).toBe(true);
  });

  test('who asked for a pause, and how', () => {
    const asked = stateAfter(created, runner(1), {...signal({type: 'pause'}), reason: 'the sale'} as JournalFact);
    expect(asked.pauseRequest).toEqual({by: 'ann', at: '2026-05-01T10:02:00.000Z', reason: 'the sale', rejected: undefined});
    expect(stateAfter(created, signal({type: 'reject', gate: 'approval'})).pauseRequest).toMatchObject({rejected: 'approval'});
    expect(stateAfter(created, signal({type: 'pause'}), signal({type: 'resume'})).pauseRequest).toBeUndefined();
  });

  test('the newest attempt at a cutover, as long as it is one that was called off', () => {
    const back = [...atCutover, started('cutover'), ended('cutover', 'back', {reason: 'no lock'})];
    expect(stateAfter(...atCutover).calledOff).toBeUndefined();
    expect(stateAfter(...back).calledOff).toMatchObject({phase: 'cutover', reason: 'no lock'});
    expect(stateAfter(...back, ...through('catch-up', 'verify-data')).calledOff).toMatchObject({reason: 'no lock'});
    expect(stateAfter(...back, ...through('catch-up', 'verify-data', 'cutover')).calledOff).toBeUndefined();
  });

  test('an abort counts until the open side changes or a runner has refused it', () => {
    const asked = [created, runner(1), signal({type: 'abort'})];
    expect(stateAfter(...asked).isAbortRequested).toBe(true);
    expect(stateAfter(...asked, {type: 'failed', code: 'CF-CONN-001', error: 'gone'}, runner(2)).isAbortRequested).toBe(true);
    expect(stateAfter(...asked, {type: 'failed', code: 'CF-VERB-001', error: 'too late'}).isAbortRequested).toBe(false);
    const decision = {type: 'decision', what: 'cutover forward', side: 'target', epoch: 1001, evidence: {}} as const;
    expect(stateAfter(...asked, decision).isAbortRequested).toBe(false);
    expect(stateAfter(created, runner(1), decision, signal({type: 'abort'})).isAbortRequested).toBe(true);
  });

  test('the signals since the phase was entered', () => {
    const state = stateAfter(created, signal({type: 'pause'}), ...through('assess'), signal({type: 'abort'}));
    expect(state.signals).toMatchObject([{signal: {type: 'abort'}, actor: 'ann'}]);
  });
});
