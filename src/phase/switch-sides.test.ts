/** What a runner does with an attempt that another one left undecided: it is taken back, and whoever was paused goes on. */
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {FenceRow, FenceState} from '../model/fence-row.ts';
import type {PhaseContext} from './phase.ts';
import {switchSides} from './switch-sides.ts';

const row = (epoch: number, state: FenceState): FenceRow => ({epoch, state, remainingMs: 1000});

const takenOver = async (source: readonly FenceRow[]): Promise<{outcome: string; calls: readonly string[]}> => {
  const calls: string[] = [];
  const say = async (what: string): Promise<void> => void calls.push(what);
  const one = {primary: 'one:5432', planned: 'one:5432', isPaused: true};
  const failover = {
    resume: (attempt: number) => say(`automation resumes ${attempt}`),
    observe: () => say('automation is asked').then(() => ({source: one, target: one})),
  };
  const context = {
    ...{epoch: 8, isResumed: true, failover, isFailoverPaused: async () => true},
    source: {fence: {rows: async () => source, release: (attempt: number) => say(`release ${attempt}`).then(() => 'released')}},
    target: {fence: {rows: async () => [row(0, 'closed')]}},
    switches: [{resume: ({epoch}: {epoch: number}) => say(`switch resumes ${epoch}`), observe: async () => ({side: 'source', held: true})}],
    steps: {each: (_: string, act: () => Promise<unknown>) => act()},
    telemetry: {note: () => undefined, wait: () => undefined},
    clock: fakeClock(),
    signal: new AbortController().signal,
  } as unknown as PhaseContext;
  const {event} = await switchSides(context, 'forward', () => Promise.reject(new Error('no new attempt is made')));
  return {outcome: event.type, calls};
};

test('one with a fence is released, its hold ends, and the automation goes on', async () => {
  expect(await takenOver([row(7001, 'fenced')])).toEqual({
    outcome: 'back',
    calls: ['automation is asked', 'release 7001', 'switch resumes 7001', 'automation resumes 7001'],
  });
});

test('so does it after one that had not raised its fence yet', async () => {
  expect(await takenOver([])).toEqual({outcome: 'back', calls: ['automation is asked', 'switch resumes 8000', 'automation resumes 8000']});
});
