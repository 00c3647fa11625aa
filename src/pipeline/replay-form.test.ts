import {describe, expect, test} from 'vitest';
import {type ReplayEvent, type ReplayForm, replayForm, replayMode} from './replay-form.ts';

/** copy-model's table: event, columns, key changed -> window, strict. */
const TABLE: readonly (readonly [ReplayEvent['kind'], ReplayEvent['columns'], boolean, ReplayForm, ReplayForm])[] = [
  ['insert', 'all', false, 'upsert', 'insert'],
  ['update', 'all', false, 'upsert', 'update'],
  ['update', 'some', false, 'update-else-reread', 'update'],
  ['update', 'all', true, 'delete-then-upsert', 'delete-then-insert'],
  ['update', 'some', true, 'delete-both-then-reread', 'move'],
  ['delete', 'all', false, 'delete-if-there', 'delete'],
  ['truncate', 'all', false, 'truncate', 'truncate'],
];

describe('the form of an event', () => {
  for (const [kind, columns, keyChanged, window, strict] of TABLE) {
    test(`${kind}, ${columns} columns${keyChanged ? ', key changed' : ''}`, () => {
      expect(replayForm({kind, columns, keyChanged}, 'window')).toBe(window);
      expect(replayForm({kind, columns, keyChanged}, 'strict')).toBe(strict);
    });
  }
});

describe('the mode of a table', () => {
  const over = {hasOpenChunks: false, hasRereads: false, isPastEnd: true};
  test('strict when everything is loaded, nothing is to be read again, and the end has passed', () => {
    expect(replayMode(over)).toBe('strict');
  });
  test.each([{hasOpenChunks: true}, {hasRereads: true}, {isPastEnd: false}])('window with %o', (fact) => {
    expect(replayMode({...over, ...fact})).toBe('window');
  });
});
