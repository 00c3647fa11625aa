import {expect, test} from 'vitest';
import {ACCIDENTS} from './accident.ts';
import {inOrder, meet, ofShard, pairedRuns, singleRuns} from './choose.ts';
import type {Passed} from './point.ts';
import {nameOf, stretchesOf} from './stretch.ts';

const step = (name: string, visit = 'cutover#1'): Passed => ({
  where: `${visit}:${name}`,
  kind: 'journal.write',
  label: `step-outcome cutover/${name}`,
});
const short = stretchesOf('plain', [
  {where: 'assess#1', kind: 'sql.send', label: 'x'},
  ...['start-watchdog', 'hold', 'decide', 'open'].map((name) => step(name)),
]);
const whole = stretchesOf('plain', [step('hold'), step('hold', 'cutover#2'), step('hold', 'reverse-cutover#1')]);
const alone = stretchesOf('alone-after-the-decision', [{where: 'watchdog#1', kind: 'watchdog.action', label: 'go-forward #'}]);
const met = meet(short, whole, alone);

test('what the short road has is met there, and only the rest on the whole one', () => {
  const roads = (road: string): string[] => met.filter((one) => one.road === road).map(({where}) => where);
  expect(roads('short')).toEqual([...short, ...alone].map(({where}) => where));
  expect(roads('whole')).toEqual(['cutover#2:hold', 'reverse-cutover#1:hold']);
});

test('every stretch meets with a death, and the first behind each act of each phase with everything that it can meet with', () => {
  const accidents = (where: string): string[] =>
    singleRuns(met, 1)
      .filter(({name}) => name.includes(`/${where}/`))
      .map(({first}) => first.accident);
  expect(accidents('cutover#1:hold')).toEqual([...ACCIDENTS]);
  expect(accidents('assess#1')).toEqual(ACCIDENTS.filter((one) => one !== 'watchdog' && one !== 'both'));
  expect(accidents('watchdog#1')).toEqual(['kill']);
  expect(accidents('cutover#2:hold')).toEqual(['kill']);
  expect(accidents('reverse-cutover#1:hold')).toContain('zombie');
});

test('the state is lost once in each phase and step, the rest befalls each act', () => {
  const two = stretchesOf('plain', [step('hold'), {...step('hold'), label: 'something else'}]);
  const lists = Map.groupBy(singleRuns(meet(two, [], []), 1), ({first}) => first.accident);
  expect(lists.get('state-lost')).toHaveLength(1);
  expect(lists.get('zombie')).toHaveLength(2);
});

test('which point of a stretch is struck is decided by the seed, and all have their turn', () => {
  const many = meet(
    stretchesOf(
      'plain',
      [1, 2, 3].map((n) => ({where: 'x#1', kind: 'sql.send', label: `work: SELECT ${n}`})),
    ),
    [],
    [],
  );
  const aims = (seed: number): string[] => singleRuns(many, seed).map(({first}) => first.aim.label);
  expect(aims(1)).toEqual(aims(1));
  const seeds = Array.from({length: 40}, (_, seed) => seed);
  expect(new Set(seeds.flatMap(aims)).size).toBe(3);
});

test('two deaths are all ordered pairs of steps, each also with an accident of another kind', () => {
  const pairs = pairedRuns(met, 1);
  expect(pairs).toHaveLength(2 * 9);
  expect(pairs.filter(({second}) => second?.accident === 'kill')).toHaveLength(9);
  const seconds = [1, 2, 3, 4, 5].flatMap((seed) => pairedRuns(met, seed)).map(({second}) => second?.accident);
  expect(new Set(seconds)).toEqual(new Set(ACCIDENTS.filter((one) => one !== 'state-lost')));
});

test('what is behind the first for good is met again on the whole road', () => {
  const pairs = pairedRuns(met, 1);
  expect(pairs.find(({name}) => name === 'pair/open/hold kill')?.road).toBe('whole');
  expect(pairs.find(({name}) => name === 'pair/hold/open kill')?.road).toBe('short');
});

test('the first runs have something of everything, in an order that the seed decides', () => {
  const all = [...singleRuns(met, 1), ...pairedRuns(met, 1)];
  const groups = new Set(all.map(({turn}) => turn.group));
  expect(groups.size).toBe(ACCIDENTS.length + 3);
  const first = inOrder(all, 7).slice(0, groups.size);
  expect(new Set(first.map(({turn}) => turn.group))).toEqual(groups);
  expect(inOrder(all, 7)).toEqual(inOrder(all, 7));
  expect(inOrder(all, 8)).not.toEqual(inOrder(all, 7));
  expect(inOrder(all, 7).toSorted(byName)).toEqual(all.toSorted(byName));
});

test('shards are apart and together everything, and no two runs have one name', () => {
  const all = [...singleRuns(met, 1), ...pairedRuns(met, 1)];
  expect([1, 2, 3].flatMap((index) => ofShard(all, {index, of: 3})).toSorted(byName)).toEqual(all.toSorted(byName));
  expect(new Set(all.map(({name}) => name)).size).toBe(all.length);
  expect(new Set(met.map(nameOf)).size).toBe(met.length);
});

const byName = (a: {readonly name: string}, b: {readonly name: string}): number => (a.name < b.name ? -1 : 1);
