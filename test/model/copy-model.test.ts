/**
 * Every interleaving of small workloads, with the product's own decisions (design.md §3). The rules hold, and each
 * known bug is found: an explorer that cannot find them would prove nothing.
 */
import {describe, expect, test} from 'vitest';
import {replayForm, replayMode} from '../../src/pipeline/replay-form.ts';
import {copyMutations} from './copy-mutations.ts';
import {workloads} from './copy-workloads.ts';
import {type CopyRules, copyWorld} from './copy-world.ts';
import {type Exploration, explore} from './explore.ts';
import {exactMove} from './memory-table.ts';

const PRODUCT: CopyRules = {
  length: 3,
  init: [true, true, false],
  tableOf: [0, 0, 0],
  menu: 'lean',
  chunks: [[0], [1, 2]],
  batch: 2,
  forms: replayForm,
  modes: replayMode,
  modeOf: 'first',
  windowMove: exactMove,
  notNull: [],
  barrier: true,
  end: 'after-read',
  reread: 'applied',
  isRereadDurable: true,
  rereadMovesEnd: true,
  resent: 'dropped',
  isExactChecked: true,
  isStuckChecked: true,
};

type Found = Exploration & {readonly workload: string};

/** The first violation, or how many states were seen without one. */
const exploreAll = (rules: CopyRules): {readonly states: number; readonly found: Found | undefined} => {
  let states = 0;
  for (const workload of workloads(rules)) {
    const result = explore(copyWorld(rules, workload));
    states += result.states;
    if (result.violation !== undefined) return {states, found: {...result, workload: workload.text}};
  }
  return {states, found: undefined};
};

describe('the copy converges in every interleaving', () => {
  const sound: readonly (Partial<CopyRules> & {readonly name: string; readonly atLeast: number})[] = [
    {name: 'three transactions of most kinds', menu: 'most', atLeast: 1_000_000},
    {name: 'two transactions of every kind', menu: 'full', length: 2, atLeast: 100_000},
    {name: 'three transactions, truncate among them', menu: 'truncate', atLeast: 500_000},
    {name: 'three chunks', chunks: [[0], [1], [2]], length: 2, atLeast: 100_000},
    {
      name: 'two tables with ends of their own',
      tableOf: [0, 0, 1],
      init: [true, false, true],
      chunks: [[0], [1], [2]],
      menu: 'two',
      length: 2,
      atLeast: 100_000,
    },
  ];
  for (const {name, atLeast, ...rules} of sound) {
    test(name, () => {
      const {states, found} = exploreAll({...PRODUCT, ...rules});
      expect(found).toBeUndefined();
      expect(states).toBeGreaterThan(atLeast);
    });
  }

  test('and from every state the end can be reached', () => {
    for (const workload of workloads({...PRODUCT, length: 2})) {
      const world = copyWorld({...PRODUCT, length: 2}, workload);
      expect(explore({...world, isGoal: world.isEnd}).violation, workload.text).toBeUndefined();
    }
  });
});

/** Each of these was believed, by us or by somebody, to be good enough. */
describe('each known bug is found', () => {
  for (const {name, finds, ...mutation} of copyMutations) {
    test(name, () => {
      const {found} = exploreAll({...PRODUCT, isExactChecked: false, ...mutation});
      expect(found?.violation).toMatch(finds);
      expect(found?.trace.length).toBeGreaterThan(0);
    });
  }
});
