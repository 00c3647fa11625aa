import {beforeEach, describe, expect, test} from 'vitest';
import {failingEffects, recordingEffects} from '../../test/support/effects.ts';
import {OwnershipUnknownError, TransientError} from '../model/errors.ts';
import type {Steps} from '../phase/phase.ts';
import type {Journal} from './journal.ts';
import {memoryJournal} from './memory-journal.ts';
import {outcomeOf, stepsOf} from './step-state.ts';
import {journaledSteps} from './steps.ts';

let journal: Journal;
let acts: string[];
beforeEach(() => {
  journal = memoryJournal('m1', recordingEffects());
  acts = [];
});

const steps = (attempt = 1, phase = 'cutover'): Steps => journaledSteps(journal, {phase, attempt});
const acting = (value: string) => async () => {
  acts.push(value);
  return {value};
};
const facts = async () => (await journal.entries()).map(({fact}) => fact.type);

describe('once', () => {
  test('writes the intent, acts, and writes the outcome', async () => {
    const during: string[][] = [];
    await steps().once('create-slot', async () => {
      during.push(await facts());
    });
    expect(during).toEqual([['step-intent']]);
    expect((await journal.entries()).map(({fact}) => fact)).toEqual([
      {type: 'step-intent', phase: 'cutover', step: 'create-slot', attempt: 1},
      {type: 'step-outcome', phase: 'cutover', step: 'create-slot', attempt: 1},
    ]);
  });

  test('returns the recorded outcome to a later run and a later attempt, and does not act again', async () => {
    expect(await steps().once('create-slot', acting('first'))).toEqual({value: 'first'});
    expect(await steps().once('create-slot', acting('again'))).toEqual({value: 'first'});
    expect(await steps(2).once('create-slot', acting('later'))).toEqual({value: 'first'});
    expect(acts).toEqual(['first']);
  });

  test('an outcome belongs to its phase and its name', async () => {
    await steps().once('create-slot', acting('a'));
    await steps(1, 'reverse-cutover').once('create-slot', acting('b'));
    await steps().once('other', acting('c'));
    expect(acts).toEqual(['a', 'b', 'c']);
  });

  test('an outcome of nothing is an outcome', async () => {
    const act = async () => {
      acts.push('act');
    };
    await steps().once('analyze', act);
    expect(await steps().once('analyze', act)).toBeUndefined();
    expect(acts).toEqual(['act']);
  });

  test('what JSON cannot hold shows at once, not only after a crash', async () => {
    expect(await steps().once('when', async () => new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    await expect(steps().once('count', async () => 1n)).rejects.toThrow('BigInt');
  });

  test('an intent without an outcome means: act', async () => {
    await journal.append({type: 'step-intent', phase: 'cutover', step: 'create-slot', attempt: 1});
    await steps().once('create-slot', acting('recovered'));
    expect(acts).toEqual(['recovered']);
  });
});

describe('each', () => {
  test('acts every time and returns what the act returned', async () => {
    const handle = {stop: () => {}};
    expect(await steps().each('start', async () => handle)).toBe(handle);
    await steps().each('raise-fence', acting('first'));
    await steps().each('raise-fence', acting('again'));
    expect(acts).toEqual(['first', 'again']);
  });

  test('keeps of the result what is meant to be kept', async () => {
    expect(await steps().each('compare', acting('a key'), () => 'its hash')).toEqual({value: 'a key'});
    expect((await journal.entries()).at(-1)?.fact).toMatchObject({type: 'step-outcome', evidence: 'its hash'});
  });
});

describe('a step that fails', () => {
  const refused = new OwnershipUnknownError('nobody knows', {code: 'CF-CUT-002'});

  test('is recorded with its code, and its error is thrown as it is', async () => {
    await expect(steps().each('route', () => Promise.reject(refused))).rejects.toBe(refused);
    await expect(steps().once('plain', () => Promise.reject(new Error('plain')))).rejects.toThrow('plain');
    expect((await journal.entries()).map(({fact}) => fact)).toEqual([
      {type: 'step-intent', phase: 'cutover', step: 'route', attempt: 1},
      {type: 'step-failed', phase: 'cutover', step: 'route', attempt: 1, error: 'nobody knows', code: 'CF-CUT-002'},
      {type: 'step-intent', phase: 'cutover', step: 'plain', attempt: 1},
      {type: 'step-failed', phase: 'cutover', step: 'plain', attempt: 1, error: 'plain'},
    ]);
  });

  test('acts again the next time', async () => {
    await expect(steps().once('copy', () => Promise.reject(refused))).rejects.toBe(refused);
    await steps().once('copy', acting('second'));
    expect(acts).toEqual(['second']);
  });

  test('keeps its error when the journal fails as well', async () => {
    journal = memoryJournal('m1', failingEffects({kind: 'journal.write', label: 'step-failed'}));
    await expect(steps().each('route', () => Promise.reject(refused))).rejects.toBe(refused);
  });

  test('does not act when the intent could not be written, and is not done when the outcome could not', async () => {
    const full = new TransientError('full', {code: 'CF-DISK-001'});
    journal = memoryJournal('m1', failingEffects({kind: 'journal.write', label: 'step-intent', error: full}));
    await expect(steps().once('copy', acting('never'))).rejects.toBe(full);
    journal = memoryJournal('m1', failingEffects({kind: 'journal.write', label: 'step-outcome', error: full}));
    await expect(steps().once('copy', acting('first'))).rejects.toBe(full);
    await steps().once('copy', acting('again'));
    expect(acts).toEqual(['first', 'again']);
    expect(await facts()).toEqual(['step-intent', 'step-intent', 'step-outcome']);
  });
});

test('the newest that is known of each step, in the order of their first intents', async () => {
  await steps().each('a', acting('1'));
  await expect(steps().each('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await journal.append({type: 'step-intent', phase: 'cutover', step: 'c', attempt: 1});
  await steps(2).each('a', acting('2'));
  const known = stepsOf(await journal.entries());
  expect(known.map(({step, attempt, state}) => [step, attempt, state])).toEqual([
    ['a', 1, 'done'],
    ['b', 1, 'failed'],
    ['c', 1, 'intended'],
    ['a', 2, 'done'],
  ]);
  expect(outcomeOf(known, 'cutover', 'a')?.evidence).toEqual({value: '2'});
  expect(outcomeOf(known, 'cutover', 'b')).toBeUndefined();
});
