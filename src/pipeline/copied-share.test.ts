import {expect, test} from 'vitest';
import type {Chunk} from '../engine/engine.ts';
import {CopiedShare} from './copied-share.ts';

const table = (name: string) => ({schema: 'shop', name});
const chunks = (name: string, count: number, done = 0): Chunk[] =>
  Array.from({length: count}, (_, id) => ({id, table: table(name), range: {after: undefined, to: undefined}, done: id < done}));
const GIB = 1024 ** 3;
const bytesOf = ({name}: {readonly name: string}): number => (name === 'large' ? 900 * GIB : 100 * GIB);

test('tables count by their bytes, not by their chunks, and what was done before counts', () => {
  const copied = new CopiedShare([...chunks('large', 3, 1), ...chunks('small', 1)], bytesOf);
  expect(copied.share).toBeCloseTo(0.3, 3);
  copied.done(table('small'), 0);
  expect(copied.share).toBeCloseTo(0.4, 3);
  copied.done(table('large'), 1);
  expect(copied.share).toBeCloseTo(0.7, 3);
  copied.done(table('large'), 0);
  expect(copied.share).toBe(1);
});

test('what is cut anew counts as what it was', () => {
  const copied = new CopiedShare(chunks('large', 3, 1), bytesOf);
  // Two that were open became six.
  for (let left = 5; left >= 0; left--) {
    const before = copied.share;
    copied.done(table('large'), left);
    expect(copied.share - before).toBeCloseTo(1 / 9);
  }
  expect(copied.share).toBe(1);
});

test('tables of which the server says nothing count by their chunks; without chunks all is done', () => {
  const copied = new CopiedShare([...chunks('a', 1), ...chunks('b', 3)], () => 0);
  copied.done(table('a'), 0);
  expect(copied.share).toBe(0.25);
  expect(new CopiedShare([], bytesOf).share).toBe(1);
});
