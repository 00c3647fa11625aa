import {describe, expect, it} from 'vitest';
import {comparePositions, position} from '../../test/support/simulated-sides.ts';
import {createTouchedIndex} from './touched-index.ts';

const item = {schema: 'shop', name: 'item'};
const all = (): boolean => true;
const index = (capacity = 100) => createTouchedIndex(comparePositions, capacity);
const at = position;

describe('the index of touched keys', () => {
  it('knows a key between two positions, the end included', () => {
    const touched = index();
    touched.add(item, ['1'], at(5), '70');
    expect(touched.touched(item, ['1'], at(4), at(5), all)).toBe(true);
    expect(touched.touched(item, ['1'], at(5), at(9), all)).toBe(false);
    expect(touched.touched(item, ['1'], at(1), at(4), all)).toBe(false);
    expect(touched.touched(item, ['2'], at(4), at(5), all)).toBe(false);
  });

  it('counts what the snapshot did not see, wherever it lies', () => {
    const touched = index();
    touched.add(item, ['1'], at(5), '70');
    touched.add(item, ['1'], at(6), '71');
    expect(touched.touched(item, ['1'], at(8), at(9), (transaction) => transaction !== '70')).toBe(true);
    expect(touched.touched(item, ['2'], at(8), at(9), (transaction) => transaction !== '70')).toBe(false);
  });

  it('counts a row that was read anew for every position it may show', () => {
    const touched = index();
    touched.reread(item, ['1'], at(5), at(9));
    expect(touched.touched(item, ['1'], at(1), at(4), all)).toBe(false);
    expect(touched.touched(item, ['1'], at(4), at(5), all)).toBe(true);
    expect(touched.touched(item, ['1'], at(6), at(7), all)).toBe(true);
    expect(touched.touched(item, ['1'], at(9), at(12), () => false)).toBe(false);
  });

  it('tells tables and keys apart that look alike when joined', () => {
    const touched = index();
    touched.add({schema: 'a.b', name: 'c'}, ['x', 'y'], at(5), '70');
    touched.add(item, [null], at(5), '70');
    expect(touched.touched({schema: 'a', name: 'b.c'}, ['x', 'y'], at(4), at(5), all)).toBe(false);
    expect(touched.touched({schema: 'a.b', name: 'c'}, ['x,1:y'], at(4), at(5), all)).toBe(false);
    expect(touched.touched(item, ['~'], at(4), at(5), all)).toBe(false);
    expect(touched.touched(item, [null], at(4), at(5), all)).toBe(true);
  });

  it('takes a truncate for a touch of every key of that table only', () => {
    const touched = index();
    touched.truncate(item, at(5), '70');
    expect(touched.touched(item, ['any'], at(4), at(5), all)).toBe(true);
    expect(touched.touched({schema: 'shop', name: 'other'}, ['any'], at(4), at(5), all)).toBe(false);
  });

  it('answers yes for everything where entries were dropped at or after the start', () => {
    const touched = index(2);
    for (let commit = 1; commit <= 5; commit++) touched.add(item, [String(commit)], at(commit), String(70 + commit));
    expect(touched.touched(item, ['never'], at(2), at(9), all)).toBe(true);
    expect(touched.touched(item, ['never'], at(3), at(9), all)).toBe(true);
    expect(touched.touched(item, ['never'], at(4), at(9), all)).toBe(false);
    expect(touched.touched(item, ['5'], at(4), at(9), all)).toBe(true);
  });

  it('answers yes when a dropped transaction is still invisible', () => {
    const touched = index(1);
    touched.add(item, ['1'], at(1), '71');
    touched.add(item, ['2'], at(2), '72');
    expect(touched.touched(item, ['3'], at(8), at(9), all)).toBe(false);
    expect(touched.touched(item, ['3'], at(8), at(9), (transaction) => transaction !== '71')).toBe(true);
  });

  it('holds a key once per transaction, so a large transaction on one row drops nothing', () => {
    const touched = index(2);
    touched.add(item, ['1'], at(1), '71');
    for (let i = 0; i < 10; i++) touched.add(item, ['2'], at(2), '72');
    expect(touched.touched(item, ['1'], at(0), at(1), all)).toBe(true);
    expect(touched.touched(item, ['3'], at(1), at(9), all)).toBe(false);
  });
});
