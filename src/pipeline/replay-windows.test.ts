import {describe, expect, test} from 'vitest';
import type {Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import {replayMode} from './replay-form.ts';
import {ReplayWindows} from './replay-windows.ts';

const at = (n: number): Position => String(n) as Position;
const compare = (a: Position, b: Position): number => Number(a) - Number(b);
const name = (n: number): TableName => ({schema: 'public', name: `t${n}`});
const tables = (count: number): Table[] =>
  Array.from({length: count}, (_, n) => ({name: name(n), columns: [], key: [], partitions: [], estimatedRows: 0, estimatedBytes: 0}));
const ends = (of: readonly number[]) => of.map((end, n) => ({table: name(n), end: at(end)}));

test('a transaction that ends no window costs no look at every table', () => {
  let compared = 0;
  const counting = (a: Position, b: Position): number => (compared++, compare(a, b));
  const of = Array.from({length: 1000}, (_, n) => 10_000 + n);
  const windows = new ReplayWindows(tables(1000), {ends: ends(of), rereads: []}, at(0), counting);
  windows.begin(at(1));
  compared = 0;
  for (let commit = 2; commit <= 1001; commit++) {
    expect(windows.wouldChange(at(commit))).toBe(false);
    windows.begin(at(commit));
  }
  expect(compared).toBeLessThan(5 * 1000);
});

test('of several ends of a table the last one counts, in whatever order they are stored', () => {
  const stored = [5, 9, 7].map((end) => ({table: name(0), end: at(end)}));
  const windows = new ReplayWindows(tables(1), {ends: stored, rereads: []}, at(0), compare);
  windows.begin(at(9));
  expect(windows.mode(name(0))).toBe('window');
  windows.begin(at(10));
  expect(windows.mode(name(0))).toBe('strict');
});

describe('kept in step with a look at every table', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', (seed) => {
    const random = randomOf(seed);
    const of = Array.from({length: 6}, () => random(40));
    const windows = new ReplayWindows(tables(6), {ends: ends(of), rereads: []}, at(0), compare);
    const plain = of.map((end) => ({end, keys: new Set<number>(), isOpen: true}));
    const update = (commit: number): void => {
      for (const one of plain) one.isOpen &&= modeOf(one, commit) === 'window';
    };
    update(0);
    for (let commit = 1; commit < 80; commit++) {
      const [n, key] = [random(6), random(4)];
      const table = plain[n];
      if (!table) throw new Error('there are six');
      const keys = [{table: name(n), key: [String(key)] as Key}];
      const act = random(8);
      if (act === 0 && table.isOpen) {
        windows.add(keys);
        table.keys.add(key);
      } else if (act === 1) {
        windows.reopen(keys);
        table.keys.add(key);
        table.isOpen = true;
      } else if (act === 2) {
        windows.clear([name(n)]);
        table.keys.clear();
      } else if (act === 3) {
        windows.served(name(n), [[String(key)]], at(commit));
        table.keys.delete(key);
        table.end = Math.max(table.end, commit);
      }
      expect(windows.wouldChange(at(commit))).toBe(plain.some((one) => one.isOpen && modeOf(one, commit) === 'strict'));
      windows.begin(at(commit));
      update(commit);
      expect(plain.map((_, i) => windows.mode(name(i)))).toEqual(plain.map(({isOpen}) => (isOpen ? 'window' : 'strict')));
      expect(windows.strict).toBe(plain.every(({isOpen}) => !isOpen));
      expect(windows.isBehind).toBe(plain.some(({isOpen, keys: listed}) => !isOpen && listed.size > 0));
      expect(windows.rereads).toBe(plain.reduce((sum, {keys: listed}) => sum + listed.size, 0));
      const due = plain.flatMap(({end, keys: listed}, i) => (listed.size > 0 && commit >= end ? nameOf(name(i)) : []));
      expect(
        windows
          .due(at(commit))
          .map(({table: {name: one}}) => nameOf(one))
          .toSorted(),
      ).toEqual(due);
    }
  });
});

const modeOf = ({end, keys}: {readonly end: number; readonly keys: ReadonlySet<number>}, commit: number) =>
  replayMode({hasOpenChunks: false, hasRereads: keys.size > 0, isPastEnd: commit > end});

/** Numbers below `most`, the same for a seed. */
const randomOf = (seed: number) => {
  let state = seed;
  return (most: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * most);
  };
};
