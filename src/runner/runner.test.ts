/** What the loop writes when something fails between an entry and its copies on the two sides. */
import {expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import {created} from '../../test/support/journal-facts.ts';
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
