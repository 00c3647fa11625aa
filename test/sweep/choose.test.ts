import {expect, test} from 'vitest';
import {ACCIDENTS} from './accident.ts';
import {inOrder, ofShard, pairedRuns, singleRuns} from './choose.ts';
import {type Point, pointsOf} from './point.ts';

const step = (name: string): {where: string; kind: 'journal.write'; label: string} => ({
  where: `cutover#1:${name}`,
  kind: 'journal.write',
  label: `step-outcome cutover/${name}`,
});
const points: Point[] = [
  ...pointsOf('plain', [{where: 'assess#1', kind: 'sql.send', label: 'x'}, ...['start-watchdog', 'hold', 'decide', 'open'].map(step)]),
  ...pointsOf('alone-after-the-decision', [{where: 'watchdog#1', kind: 'watchdog.action', label: 'go-forward #'}]),
];

test('every point meets with every accident that it can meet with', () => {
  const accidents = (where: string): string[] =>
    singleRuns(points)
      .filter(({first}) => first.point.where === where)
      .map(({first}) => first.accident);
  expect(accidents('cutover#1:hold')).toEqual([...ACCIDENTS]);
  expect(accidents('assess#1')).toEqual(ACCIDENTS.filter((one) => one !== 'watchdog' && one !== 'both'));
  expect(accidents('watchdog#1')).toEqual(['kill']);
});

test('two deaths are all ordered pairs of steps, and what is behind the first for good is met again on the whole road', () => {
  const pairs = pairedRuns(points);
  expect(pairs.map(({name}) => name)).toHaveLength(9);
  expect(pairs.find(({name}) => name === 'pair/open/hold kill')?.road).toBe('whole');
  expect(pairs.find(({name}) => name === 'pair/hold/open kill')?.road).toBe('short');
});

test('the first runs have something of everything, in an order that the seed decides', () => {
  const all = [...singleRuns(points), ...pairedRuns(points)];
  const kinds = new Set(
    inOrder(all, 7)
      .slice(0, ACCIDENTS.length + 2)
      .map(({name, first}) => `${name.split('/')[0]?.replace(/-.*/, '')} ${first.accident}`),
  );
  expect(kinds.size).toBe(ACCIDENTS.length + 2);
  expect(inOrder(all, 7)).toEqual(inOrder(all, 7));
  expect(inOrder(all, 8)).not.toEqual(inOrder(all, 7));
  expect(inOrder(all, 7).toSorted(byName)).toEqual(all.toSorted(byName));
});

test('shards are apart and together everything', () => {
  const all = singleRuns(points);
  expect([1, 2, 3].flatMap((index) => ofShard(all, {index, of: 3})).toSorted(byName)).toEqual(all.toSorted(byName));
});

const byName = (a: {readonly name: string}, b: {readonly name: string}): number => (a.name < b.name ? -1 : 1);
