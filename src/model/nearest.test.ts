import {describe, expect, it} from 'vitest';
import {editDistance, nearest} from './nearest.ts';

describe('nearest', () => {
  const verbs = ['approve', 'abort', 'cutover', 'complete', 'status'];

  it.each([
    ['aprove', 'approve'],
    ['cutoevr', 'cutover'],
    ['STATUS', 'status'],
    ['statsu', 'status'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, verbs)).toBe(meant);
  });

  it('does not guess when nothing is close', () => {
    expect(nearest('frobnicate', verbs)).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  it('breaks a tie by name, so that the answer never depends on the order of the list', () => {
    expect(nearest('ba', ['bb', 'aa'])).toBe('aa');
    expect(nearest('ba', ['aa', 'bb'])).toBe('aa');
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
  ])('from "%s" to "%s" is %i', (from, to, edits) => {
    expect(editDistance(from, to)).toBe(edits);
  });
});
