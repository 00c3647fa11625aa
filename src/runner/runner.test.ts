/** What the loop writes when something fails between an entry and its copies on the two sides. */
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {created} from '../../test/support/journal-facts.ts';
import {untilTrue} from '../../test/support/until.ts';
import {memoryJournal} from '../journal/memory-journal.ts';
import {runState} from '../journal/run-state.ts';
import {TransientError} from '../model/errors.ts';
import {Interruption} from './interruption.ts';
import {Runner} from './runner.ts';
import type {RunnerOptions} from './runner-options.ts';

const never = new Promise<never>(() => undefined);
const gone = new TransientError('the target is gone', {code: 'CF-TGT-001'});

test('a phase ends once, also when its end could not be copied to a side that died', async () => {
  const journal = memoryJournal('m1', recordingEffects());
  await journal.append(created);
  const types = async () => (await journal.entries()).map(({fact}) => fact.type);
  const options = {
    journal,
    mirror: {flush: async () => ((await types()).at(-1) === 'phase-ended' ? Promise.reject(gone) : undefined)},
    workflow: {gates: () => []},
    phases: {assess: {run: async () => ({event: {type: 'done'}, evidence: {}})}},
    gates: {},
    signals: {failed: never},
    interruption: new Interruption(),
    guardian: {failed: never},
    context: {
      epoch: 1,
      plan: {plan: {gates: {}}},
      telemetry: {note: () => undefined},
      replication: {failed: never},
      source: {control: {lost: () => never}},
      target: {control: {lost: () => never}},
    },
  } as unknown as RunnerOptions;
  await expect(new Runner(options).run()).rejects.toBe(gone);
  expect((await types()).filter((type) => type === 'phase-ended')).toHaveLength(1);
  expect(runState(await journal.entries())).toMatchObject({phase: 'prepare-target', isPhaseOpen: false});
});

test('a pause is taken while a gate is asked that takes hours, and what was measured before it is measured again', async () => {
  const journal = memoryJournal('m1', recordingEffects());
  await journal.append(created);
  const interruption = new Interruption();
  const told: string[] = [];
  interruption.onPause(async (isPaused, where) => void told.push(`${isPaused ? 'paused' : 'resumed'} ${where}`));
  const asked: (() => void)[] = [];
  const gate = {check: () => new Promise((resolve) => asked.push(() => resolve({go: true, evidence: 'restored'})))};
  const options = {
    journal,
    mirror: {flush: async () => undefined},
    workflow: {gates: () => ['restore']},
    phases: {assess: {run: () => Promise.reject(gone)}},
    gates: {restore: gate},
    measures: () => ({}),
    signals: {failed: never},
    interruption,
    guardian: {failed: never},
    context: {
      epoch: 1,
      clock: fakeClock(),
      plan: {plan: {gates: {}}},
      migration: {},
      telemetry: {note: () => undefined},
      replication: {failed: never, link: () => ({})},
      source: {control: {lost: () => never}},
      target: {control: {lost: () => never}},
    },
  } as unknown as RunnerOptions;
  const beside: string[] = [];
  const whileWaiting = async (openSide: string, signal: AbortSignal): Promise<void> => {
    beside.push(openSide);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    beside.push('over');
  };
  const run = new Runner({...options, whileWaiting}).run();
  await untilTrue('the gate is asked', () => asked.length === 1);
  expect(beside).toEqual(['source']);
  interruption.paused = true;
  await untilTrue('the pause is taken', () => told.length === 1);
  asked[0]?.();
  interruption.paused = false;
  await untilTrue('the gate is asked again', () => asked.length === 2);
  asked[1]?.();
  await expect(run).rejects.toBe(gone);
  expect(beside).toEqual(['source', 'over']);
  expect(told).toEqual(['paused at the gates of assess', 'resumed at the gates of assess']);
  expect((await journal.entries()).filter(({fact}) => fact.type === 'gate-verdict')).toHaveLength(1);
});
