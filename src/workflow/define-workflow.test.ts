import {describe, expect, test} from 'vitest';
import {workflow} from './define-workflow.ts';

test('the first row is where it begins, and a row needs no more than its next', () => {
  const made = workflow('small', {build: {next: 'ship'}, ship: {next: 'completed', back: 'build'}});
  expect([made.initial, made.phases]).toEqual(['build', ['build', 'ship']]);
  expect([made.accepts('build'), made.accepts('ship'), made.accepts('completed')]).toEqual([['done'], ['done', 'back'], []]);
  expect(made.next('ship', {type: 'back'})).toBe('build');
});

describe('what does not compile', () => {
  test('a misspelt phase', () => {
    // @ts-expect-error there is no phase `shpi`
    const next = () => workflow('small', {build: {next: 'shpi'}, ship: {next: 'completed'}});
    // @ts-expect-error
    const back = () => workflow('small', {build: {next: 'ship'}, ship: {next: 'completed', back: 'biuld'}});
    // @ts-expect-error
    const reverse = () => workflow('small', {build: {next: 'ship', reverse: 'shpi'}, ship: {next: 'completed'}});
    for (const misspelt of [next, back, reverse]) expect(misspelt).toThrow('leads to');
  });

  test('a misspelt way out, and abort to anywhere but aborted', () => {
    // @ts-expect-error there is no `bakc`
    expect(workflow('small', {build: {next: 'completed', bakc: 'build'}}).accepts('build')).toEqual(['done']);
    // @ts-expect-error
    expect(() => workflow('small', {build: {next: 'completed', abort: 'build'}})).toThrow('abort of build leads to build');
  });
});

test('a table that is not a workflow is a bug', () => {
  expect(() => workflow('empty', {})).toThrow('empty has at least one phase');
  expect(() => workflow('odd', {completed: {next: 'completed'}})).toThrow('completed and aborted are states');
});
