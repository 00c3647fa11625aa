import {expect, test} from 'vitest';
import type {PhaseContext} from '../phase/phase.ts';
import {undoPhase} from './undo-phase.ts';

const deadlock = new Error('deadlock detected');
const isPassing = (error: unknown): boolean => error === deadlock;

const world = () => {
  const notes: string[] = [];
  const context = {telemetry: {note: (text: string) => void notes.push(text)}, clock: {sleep: async () => undefined}};
  return {notes, context: context as unknown as PhaseContext};
};
/** Fails so often, and then says how often it was asked. */
const failing = (times: number, error: Error) => {
  let asked = 0;
  return {
    run: () => Promise.reject(new Error('not run here')),
    undo: async () => (++asked <= times ? Promise.reject(error) : undefined),
    asked: () => asked,
  };
};

test('what gave way to somebody who is on his way out is undone again', async () => {
  const {notes, context} = world();
  const phase = failing(2, deadlock);
  await undoPhase(phase, context, isPassing);
  expect(phase.asked()).toBe(3);
  expect(notes).toEqual(Array.from({length: 2}, () => 'tried again, because it may pass: deadlock detected'));
});

test('what does not pass, or not in time, ends the abort', async () => {
  const {context} = world();
  const refused = new Error('refused');
  await expect(undoPhase(failing(1, refused), context, isPassing)).rejects.toBe(refused);
  await expect(undoPhase(failing(5, deadlock), context, isPassing)).rejects.toBe(deadlock);
});
